# SPDX-License-Identifier: MIT
what='a page with script printed to PDF, and its DOM, headless'
packages=chromium
version='chromium --version'
limit=280
prepare()
{
	cat > p.html <<'END'
<!doctype html><title>t</title><body><h1>Hello</h1><script>
for (let i = 0; i < 300; i++) { const d = document.createElement('p'); d.textContent = 'line ' + i * 7; document.body.append(d) }
const a = []; for (let i = 0; i < 1e5; i++) a.push({ i, s: 'x' + i }); document.title = a.length;
</script>
END
}
run()
{
	mkdir home; export HOME=$PWD/home
	local -a flags=(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --user-data-dir="$PWD/home/d")
	chromium "${flags[@]}" --dump-dom "file://$PWD/p.html" 2> /dev/null | md5sum
	chromium "${flags[@]}" --print-to-pdf="$PWD/o.pdf" --no-pdf-header-footer "file://$PWD/p.html" > /dev/null 2>&1; echo "status $?"
	head -c 5 o.pdf; echo; rm -rf home o.pdf
}
