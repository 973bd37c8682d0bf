# SPDX-License-Identifier: MIT
what='a script with maps, JSON, zlib, crypto, a worker thread and a child process; npm where it is installed'
packages=nodejs
version='node --version'
prepare()
{
	cat > p.js <<'END'
const { Worker, isMainThread, parentPort } = require('worker_threads'), zlib = require('zlib'), crypto = require('crypto');
const { execFileSync } = require('child_process');
if (!isMainThread) { let s = 0; for (let i = 0; i < 1e5; i++) s += String(i).length; parentPort.postMessage(s); }
else {
  const m = new Map(); for (let i = 0; i < 50000; i++) m.set('k' + i % 997, (m.get('k' + i % 997) || '') + i);
  const text = JSON.stringify([...m]); const z = zlib.gzipSync(text);
  console.log(m.size, crypto.createHash('sha1').update(text).digest('hex'), zlib.gunzipSync(z).length);
  console.log(execFileSync(process.execPath, ['-p', '6*7']).toString().trim());
  const b = []; for (let i = 0; i < 200; i++) b.push(Buffer.alloc(10000, i)); console.log(Buffer.concat(b).length);
  new Worker(__filename).on('message', v => console.log('worker', v)).on('exit', c => console.log('exit', c));
}
END
	mkdir home pkg && echo '{"name":"a","version":"1.0.0","license":"MIT"}' > pkg/package.json
}
run()
{
	node p.js
	if command -v npm > /dev/null; then
		(cd pkg && HOME=$PWD/../home npm --offline --no-update-notifier pkg get name version 2>&1)
		rm -rf home/.npm
	fi
}
