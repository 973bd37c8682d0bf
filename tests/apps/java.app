# SPDX-License-Identifier: MIT
what='java -version, javac, a program with threads and collections'
packages=default-jdk-headless
version='java -version 2>&1 | head -n 1'
limit=240
prepare()
{
	cat > P.java <<'END'
import java.util.*; import java.util.concurrent.*; import java.util.stream.*;
public class P { public static void main(String[] a) throws Exception {
  Map<String, List<Integer>> m = new TreeMap<>(); for (int i = 0; i < 100000; i++) m.computeIfAbsent("k" + i % 997, k -> new ArrayList<>()).add(i);
  System.out.println(m.size() + " " + m.hashCode()); ExecutorService e = Executors.newFixedThreadPool(4);
  List<Future<Integer>> f = new ArrayList<>(); for (int n = 1; n < 6; n++) { int k = n; f.add(e.submit(() -> IntStream.range(0, 100000 * k).mapToObj(Integer::toString).mapToInt(String::length).sum())); }
  for (Future<Integer> x : f) System.out.println(x.get()); e.shutdown(); System.gc();
  java.nio.ByteBuffer b = java.nio.ByteBuffer.allocateDirect(5000000); System.out.println(b.capacity());
  Process p = new ProcessBuilder("echo", "child").redirectErrorStream(true).start(); System.out.print(new String(p.getInputStream().readAllBytes()));
  try { int[] x = null; x[0] = 1; } catch (NullPointerException x) { System.out.println("caught"); } System.exit(3); } }
END
}
run()
{
	java -version 2>&1
	javac P.java && java -Xmx256m P || echo "status $?"
	rm -f ./*.class
}
