# SPDX-License-Identifier: MIT
what='arrays, strings, JSON, regular expressions, generators'
packages=php-cli
version='php --version | head -n 1'
run()
{
	USE_ZEND_ALLOC=0 php -n -r '
$a = []; for ($i = 0; $i < 60000; $i++) { $a["k" . $i % 1013][] = $i; } ksort($a);
echo count($a), " ", md5(serialize($a)), " ", strlen(json_encode($a)), "\n";
function g($n) { for ($i = 0; $i < $n; $i++) yield $i => str_repeat("x", $i % 9); }
$t = ""; foreach (g(20000) as $k => $v) $t .= $v . $k; echo md5(preg_replace("/x(\d)/", "$1y", $t)), "\n";
usort($a, fn($x, $y) => count($y) <=> count($x) ?: $x[0] <=> $y[0]); echo $a[3][2], "\n"; echo shell_exec("echo from a shell");
try { throw new Exception("e"); } catch (Exception $e) { echo get_class($e), "\n"; }'
}
