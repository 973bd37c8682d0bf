# SPDX-License-Identifier: MIT
what='hashes, sorting, regular expressions, fork, threads where built in'
packages=perl
version='perl -e "print \$^V"'
run()
{
	PERL_HASH_SEED=0 perl -e '
use strict; use warnings; use Config; use Digest::MD5 qw(md5_hex);
my %h; $h{$_ * 7919 % 10007} .= "v$_;" for 1 .. 60000;
print scalar(keys %h), " ", md5_hex(join ",", map { "$_=$h{$_}" } sort { $a <=> $b } keys %h), "\n";
my $t = join " ", map { "w" . $_ % 101 } 1 .. 20000; (my $u = $t) =~ s/w(\d)(\d)/$2$1/g; print md5_hex($u), "\n";
$| = 1; for my $i (1 .. 3) { my $p = fork // die; if (!$p) { my @x = map { [$_] } 1 .. 1000 * $i; exit $i } waitpid $p, 0; print $? >> 8, "\n" }
if ($Config{useithreads}) { require threads; print join(",", map { $_->join } map { my $n = $_; threads->create(sub { my $s = 0; $s += length "x$_" for 1 .. 5000; $s + $n }) } 1 .. 3), "\n" }
'
}
