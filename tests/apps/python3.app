# SPDX-License-Identifier: MIT
what='multiprocessing, subprocess, threads, json, sqlite, zlib, re'
packages=python3
version='python3 --version'
prepare()
{
	cat > p.py <<'END'
import concurrent.futures, hashlib, json, multiprocessing, re, sqlite3, subprocess, sys, threading, zlib
def work(n): return sum(len(str(i)) for i in range(n))
if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool: print(pool.map(work, [1000, 20000, 3000, 50]))
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2) as pool: print(pool.map(work, [10, 200]))
    print(subprocess.run(["sh", "-c", "echo from a shell; exit 3"], capture_output=True).stdout, subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True).stdout.strip())
    with concurrent.futures.ThreadPoolExecutor(4) as pool: print(list(pool.map(work, [5000] * 6)))
    data = {"k%d" % i: [i, str(i) * 3, {"n": None}] for i in range(4000)}
    text = json.dumps(data, sort_keys=True); print(hashlib.sha1(text.encode()).hexdigest(), len(zlib.compress(text.encode())), json.loads(text) == data)
    db = sqlite3.connect(":memory:"); db.execute("create table t(a, b)"); db.executemany("insert into t values(?, ?)", ((i % 71, "x" * (i % 9)) for i in range(9000)))
    print(db.execute("select a, count(*), sum(length(b)) from t group by a order by 3 desc limit 2").fetchall()); print(len(re.findall(r"(\d)\1", text)))
    lock = threading.Lock(); total = [0]
    def add():
        for _ in range(2000):
            with lock: total[0] += 1
    threads = [threading.Thread(target=add) for _ in range(5)]; [t.start() for t in threads]; [t.join() for t in threads]; print(total)
END
}
run()
{
	PYTHONMALLOC=malloc PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 p.py
}
