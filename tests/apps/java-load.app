# SPDX-License-Identifier: MIT
what='a Java program under load: eight threads, collections, collectors of garbage, direct buffers'
packages=default-jdk-headless
version='java -version 2>&1 | head -n 1'
limit=400
prepare()
{
	cat > Load.java <<'END'
import java.nio.ByteBuffer; import java.util.*; import java.util.concurrent.*; import java.util.concurrent.atomic.*; import java.util.zip.*;
public class Load {
  static long work(int seed) throws Exception {
    Random r = new Random(seed); Map<Integer, byte[]> m = new LinkedHashMap<>(); long sum = 0;
    for (int i = 0; i < 60000; i++) { m.put(r.nextInt(5000), new byte[r.nextInt(2000)]); if (m.size() > 3000) { Iterator<Integer> it = m.keySet().iterator(); it.next(); it.remove(); } sum += m.size(); }
    for (int i = 0; i < 20; i++) { Deflater d = new Deflater(); byte[] out = new byte[100000]; d.setInput(new byte[200000]); d.finish(); sum += d.deflate(out); d.end(); }
    for (int i = 0; i < 50; i++) { ByteBuffer b = ByteBuffer.allocateDirect(100000); b.putLong(0, seed); sum += b.getLong(0); }
    return sum; }
  public static void main(String[] a) throws Exception {
    ExecutorService e = Executors.newFixedThreadPool(8); List<Future<Long>> f = new ArrayList<>();
    for (int i = 0; i < 24; i++) { int k = i; f.add(e.submit(() -> work(k))); }
    for (Future<Long> x : f) System.out.println(x.get()); e.shutdown();
    ConcurrentHashMap<String, LongAdder> c = new ConcurrentHashMap<>(); List<Thread> t = new ArrayList<>();
    for (int i = 0; i < 100; i++) { int k = i; Thread x = new Thread(() -> { for (int n = 0; n < 500; n++) c.computeIfAbsent("k" + n % 50, y -> new LongAdder()).add(k); }); x.start(); t.add(x); }
    for (Thread x : t) x.join(); System.out.println(new TreeMap<>(c)); System.gc(); } }
END
}
run()
{
	javac Load.java || return
	local collector
	for collector in UseG1GC UseSerialGC UseParallelGC; do
		java -XX:+"$collector" -Xmx200m Load | md5sum
	done
	rm -f ./*.class
}
