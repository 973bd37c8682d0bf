# SPDX-License-Identifier: MIT
what='master and two workers serve files to curl, reload, quit'
packages='nginx-light curl'
version='nginx -v 2>&1'
prepare()
{
	mkdir www && seq 50000 > www/big.txt && echo hello > www/index.html
}
run()
{
	local port=$((20000 + $$ % 20000)) here=$PWD
	mkdir run
	cat > run/conf <<END
worker_processes 2; pid $here/run/pid; error_log $here/run/error.log; daemon on; user root;
events { worker_connections 64; }
http { access_log off; gzip on; gzip_types text/plain; types { text/plain txt; }
  client_body_temp_path run/b; proxy_temp_path run/p; fastcgi_temp_path run/f; uwsgi_temp_path run/u; scgi_temp_path run/s;
  server { listen 127.0.0.1:$port; root $here/www; } }
END
	nginx -p "$here/" -c "$here/run/conf" -e "$here/run/error.log"
	for i in $(seq 40); do curl -s "http://127.0.0.1:$port/big.txt"; done | md5sum
	curl -s --compressed "http://127.0.0.1:$port/big.txt" | md5sum; curl -s "http://127.0.0.1:$port/"
	curl -s -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:$port/none"
	nginx -p "$here/" -c "$here/run/conf" -e "$here/run/error.log" -s reload; sleep 0.5
	curl -s "http://127.0.0.1:$port/"
	nginx -p "$here/" -c "$here/run/conf" -e "$here/run/error.log" -s quit
	for i in $(seq 100); do [[ -e run/pid ]] || break; sleep 0.05; done
	grep -c -E 'alert|emerg|crit' run/error.log; rm -rf run
}
