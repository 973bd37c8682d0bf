# SPDX-License-Identifier: MIT
# breadth.py - goes through much of what Python's library reaches in C: parsers,
# compression, hashes, threads, processes, signals, callbacks, databases, big
# numbers, imports.  What it prints is the same in every run; what it checks
# itself ends it with a traceback.
import asyncio, base64, bz2, collections, concurrent.futures, contextvars, copy, csv, ctypes
import datetime, decimal, difflib, email.message, fractions, functools, gc, gzip, hashlib, heapq
import html.parser, io, itertools, json, locale, logging, lzma, math, mmap, multiprocessing, os
import pickle, queue, random, re, select, selectors, signal, socket, sqlite3, statistics, string
import struct, subprocess, sys, tempfile, textwrap, threading, time, tokenize, traceback, unicodedata
import urllib.parse, uuid, warnings, weakref, xml.etree.ElementTree, zipfile, zlib

random.seed(7)


def section(f):
    print(f.__name__, f(), flush=True)
    return f


@section
def parsers():
    data = [{"n": i, "s": chr(0x4E00 + i) * (i % 9), "f": i / 7, "l": [None, True, [i] * 3]} for i in range(800)]
    text = json.dumps(data, ensure_ascii=False)
    assert json.loads(text) == data
    for bad in ("[1,", '{"a":}', "nul", '"\\u12"'):
        try:
            json.loads(bad)
            raise AssertionError(bad)
        except ValueError:
            pass
    rows = list(csv.reader(io.StringIO("\n".join('%d,"a ""q"" %d",x' % (i, i) for i in range(500)))))
    root = xml.etree.ElementTree.fromstring("<r>" + "<i a='1'>t<b/></i>" * 500 + "</r>")
    tokens = sum(1 for _ in tokenize.generate_tokens(io.StringIO(open(__file__).read()).readline))
    return len(text), len(rows), rows[9], len(root.findall("i/b")), tokens > 1000


@section
def patterns():
    text = " ".join("%s-%d@%s.org" % (random.choice(string.ascii_letters) * 3, i, "x" * (i % 5)) for i in range(900))
    found = re.findall(r"(?P<a>\w+)-(?P<n>\d+)@(x{2,3})\.org", text)
    swapped = re.sub(r"(\w+)-(\d+)", lambda m: m[2] + "-" + m[1], text)
    nested = re.compile(r"((a|b)*c)+d?" * 5).match("abacbcacabacbc" * 20)
    assert not re.search(r"(x+x+)+y", "x" * 14)
    return len(found), hashlib.md5(swapped.encode()).hexdigest(), nested.span(), len(re.split(r"\s+", text))


@section
def packed():
    blob = b"".join(struct.pack("<IdH", i, i / 3, i % 999) for i in range(6000))
    for m in (zlib, gzip, bz2, lzma):
        assert m.decompress(m.compress(blob)) == blob
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for i in range(50):
            z.writestr("f%d" % i, blob[i : i + 2000], compress_type=zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(archive) as z:
        assert z.testzip() is None and len(z.namelist()) == 50
    return zlib.crc32(blob), [hashlib.new(n, blob).hexdigest()[:8] for n in ("md5", "sha1", "sha256", "blake2b")]


@section
def numbers():
    decimal.getcontext().prec = 200
    root = decimal.Decimal(2).sqrt()
    big = math.factorial(2000)
    f = sum(fractions.Fraction(1, i) for i in range(1, 200))
    return str(root)[-20:], big.bit_length(), pow(3, big % 10**40, 10**30 + 57), f.numerator % 10**9, statistics.median(
        [i * 37 % 101 for i in range(999)]
    )


@section
def objects():
    class Node:
        __slots__ = ("next", "data", "__weakref__")

    def ring(n):
        nodes = [Node() for _ in range(n)]
        for a, b in zip(nodes, nodes[1:] + nodes[:1]):
            a.next, a.data = b, [n] * 5
        return weakref.ref(nodes[0])

    gc.collect()
    refs = [ring(i) for i in range(1, 60)]
    gc.collect()
    assert all(r() is None for r in refs)
    deep = functools.reduce(lambda a, _: [a], range(300), [])
    tree = {i: {j: (i, str(j)) for j in range(30)} for i in range(60)}
    assert pickle.loads(pickle.dumps(tree)) == copy.deepcopy(tree) == tree
    heap = [random.random() for _ in range(2000)]
    heapq.heapify(heap)
    return len(repr(deep)), heapq.nsmallest(1, heap)[0], len(list(itertools.permutations(range(7)))), len(
        collections.Counter(str(tree))
    )


@section
def threads():
    q, results, lock = queue.Queue(), collections.Counter(), threading.Lock()

    def work(n):
        threading.current_thread().name = "w%d" % n
        while (item := q.get()) is not None:
            value = zlib.crc32(json.dumps([item] * 50).encode()) % 97
            with lock:
                results[value] += 1

    ts = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for t in ts:
        t.start()
    for i in range(600):
        q.put(i)
    for t in ts:
        q.put(None)
    for t in ts:
        t.join()
    local = threading.local()
    for _ in range(100):
        t = threading.Thread(target=lambda: setattr(local, "x", [0] * 100))
        t.start()
        t.join()
    barrier = threading.Barrier(4)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        total = sum(pool.map(lambda i: barrier.wait() * 0 + i * i, range(40)))
    timer = threading.Timer(0.01, results.clear)
    timer.start()
    n = sum(results.values())
    timer.join()
    return n, total, len(results), threading.active_count()


@section
def processes():
    out = subprocess.run(["sh", "-c", "cat; echo err >&2; exit 3"], input=b"in" * 1000, capture_output=True)
    many = [subprocess.Popen([sys.executable, "-c", "print(%d ** 2)" % i], stdout=subprocess.PIPE) for i in range(4)]
    squares = [int(p.communicate()[0]) for p in many]
    with multiprocessing.get_context("fork").Pool(3) as pool:
        mapped = pool.map(math.sqrt, range(0, 400, 4))
    pid = os.fork()
    if pid == 0:
        data = [str(i) for i in range(1000)]
        os._exit(len(data) % 251)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    r = subprocess.run([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"])
    return out.returncode, len(out.stdout), out.stderr, squares, sum(mapped), status, r.returncode


@section
def signals():
    hits = []
    signal.signal(signal.SIGALRM, lambda *a: hits.append([0] * 100))
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    end = time.monotonic() + 5
    while len(hits) < 10 and time.monotonic() < end:
        "".join(str(i) for i in range(100))
    signal.setitimer(signal.ITIMER_REAL, 0)
    return len(hits) >= 10


@section
def callbacks():
    libc = ctypes.CDLL(None)
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    a = (ctypes.c_int * 300)(*[i * 7 % 300 for i in range(300)])
    libc.qsort(a, 300, 4, compare(lambda x, y: (x[0] > y[0]) - (x[0] < y[0])))
    libc.malloc.restype = libc.realloc.restype = ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]
    libc.realloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    p = libc.malloc(100)
    ctypes.memset(p, 65, 100)
    p = libc.realloc(p, 10000)
    text = ctypes.string_at(p, 100)
    libc.free(p)
    return list(a) == list(range(300)), text[:3], ctypes.create_string_buffer(50).raw.count(b"\0")


@section
def databases():
    db = sqlite3.connect(":memory:")
    db.create_function("twice", 1, lambda x: x * 2)
    db.execute("create table t(a integer primary key, b text)")
    db.executemany("insert into t values(?, ?)", ((i, "row %d" % i) for i in range(3000)))
    try:
        db.execute("insert into t values(1, 'again')")
    except sqlite3.IntegrityError as e:
        error = str(e)
    return db.execute("select sum(twice(a)), count(distinct substr(b, -2)) from t").fetchone(), error


@section
def network():
    async def echo(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async def main():
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]

        async def one(i):
            r, w = await asyncio.open_connection("127.0.0.1", port)
            w.write(b"%d\n" % i)
            line = await r.readline()
            w.close()
            return int(line)

        got = await asyncio.gather(*(one(i) for i in range(40)))
        server.close()
        return sum(got)

    a, b = socket.socketpair()
    a.sendall(b"x" * 5000)
    return asyncio.run(main()), len(b.recv(5000, socket.MSG_WAITALL)), bool(select.select([a], [], [], 0)[0])


@section
def files():
    with tempfile.TemporaryDirectory() as d:
        name = os.path.join(d, "f")
        with open(name, "w+b") as f:
            f.write(os.urandom(0) + b"line\n" * 20000)
            f.flush()
            with mmap.mmap(f.fileno(), 0) as m:
                m[5:9] = b"LINE"
                n = m.find(b"LINE"), len(m)
        lines = sum(1 for _ in open(name))
        sizes = sorted(e.stat().st_size for e in os.scandir(d))
    anon = mmap.mmap(-1, 1 << 20)
    anon[-1] = 7
    anon.resize(1 << 22)
    return n, lines, sizes, anon[(1 << 20) - 1], os.path.exists(name)


@section
def recursion():
    def down(n):
        return 0 if n == 0 else 1 + down(n - 1)

    def endless():
        return endless() + 1

    try:
        endless()
    except RecursionError as e:
        error = type(e).__name__
    generators = functools.reduce(lambda g, _: (x + 1 for x in g), range(150), iter(range(5)))
    return down(800), error, list(generators)


@section
def text():
    s = "".join(chr(i) for i in range(0x20, 0x3000) if unicodedata.category(chr(i)) != "Cs")
    forms = [len(unicodedata.normalize(f, s)) for f in ("NFC", "NFD", "NFKC", "NFKD")]
    diff = list(difflib.unified_diff([str(i) for i in range(200)], [str(i) for i in range(200) if i % 17]))
    wrapped = textwrap.fill("word " * 500, 60)
    message = email.message.EmailMessage()
    message.set_content("ünïcode\n" * 20)
    return forms, len(diff), wrapped.count("\n"), len(message.as_string()), urllib.parse.quote(s[3000:3010])


print("allocated blocks are counted:", sys.getallocatedblocks() >= 0)
