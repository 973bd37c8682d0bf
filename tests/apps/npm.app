# SPDX-License-Identifier: MIT
what='pack, install from tarballs, run scripts, list and test, without a network'
packages=nodejs
programs=npm
version='printf "npm "; npm --version'
normal='s/[0-9.]+ ?(ms|s)\b/TIME/g; s/[0-9a-f]{40}|sha512-[^ ]*/HASH/g'
limit=240
prepare()
{
	mkdir -p home lib/bin app
	cat > lib/package.json <<'END'
{ "name": "lib", "version": "1.2.3", "license": "MIT", "main": "i.js", "bin": { "say": "bin/say.js" } }
END
	echo 'module.exports = n => [...Array(n).keys()].map(i => "x".repeat(i)).join("").length;' > lib/i.js
	printf '#!/usr/bin/env node\nconsole.log("said", require("lib")(100));\n' > lib/bin/say.js
	cat > app/package.json <<'END'
{ "name": "app", "version": "0.1.0", "license": "MIT", "dependencies": { "lib": "file:lib-1.2.3.tgz" },
  "scripts": { "pretest": "node -p 1+1", "test": "say", "fails": "exit 3" } }
END
}
run()
{
	export HOME=$PWD/home npm_config_offline=true npm_config_audit=false npm_config_fund=false \
		npm_config_update_notifier=false npm_config_progress=false npm_config_cache=$PWD/home/cache
	(cd lib && npm pack --silent && mv lib-1.2.3.tgz ../app) && cd app || return
	npm install 2>&1; npm ls 2>&1 | sed "s|$PWD|.|"; npm test 2>&1
	npm run --silent fails 2>&1; echo "status $?"
	npm pkg set version=0.2.0 && npm pkg get version && npm version --no-git-tag-version patch
	rm -rf node_modules && npm ci 2>&1; node -p 'require("lib")(50)'; npm explain lib 2>&1
	rm -rf ../home/cache ../home/.npm node_modules lib-1.2.3.tgz package-lock.json
}
