# SPDX-License-Identifier: MIT
what='hashes, strings, fibers, threads, fork, garbage collection'
packages=ruby
version='ruby --version'
run()
{
	ruby --disable-gems -e '
require "digest"
h = Hash.new { |x, k| x[k] = [] }; 60000.times { |i| h["k#{i % 1009}"] << i.to_s }
puts h.size, Digest::MD5.hexdigest(h.sort.inspect); GC.start
f = Fiber.new { 5.times { |i| Fiber.yield i * i } }; p 5.times.map { f.resume }
p 4.times.map { |n| Thread.new { (1..3000).sum { |i| (i * n).to_s.size } } }.map(&:value)
pid = fork { x = "y" * 100000; exit 3 }; Process.wait pid; p $?.exitstatus
puts `echo from a shell`; p "a1b22".gsub(/\d+/) { |m| (m.to_i * 2).to_s }
def deep(n) n == 0 ? 0 : 1 + deep(n - 1) end; p deep(5000); begin; deep(10**7); rescue SystemStackError => e; p e.class; end'
}
