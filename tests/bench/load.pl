# SPDX-License-Identifier: MIT
# load.pl - perl at its daily work: words counted, records in hashes of arrays,
# strings cut and joined.  Reproducible; ROUNDS is the argument.
use strict;
use warnings;

my $rounds = shift // 100;
my $seed   = 1;

sub number {
	$seed = ( $seed * 1103515245 + 12345 ) % 2147483648;
	return $seed >> 8;
}

my $sum = 0;
for my $round ( 1 .. $rounds ) {
	my ( %count, %by_key, @lines );
	for ( 1 .. 500 ) {
		push @lines, join ' ', map { 'word' . number() % 700 } 1 .. 8;
	}
	for my $line (@lines) {
		$count{$_}++ for split / /, $line;
		my ( $key, @rest ) = split / /, $line, 4;
		push @{ $by_key{$key} }, { first => $rest[0], line => uc $line, at => [ number(), number() ] };
	}
	for my $key ( sort keys %by_key ) {
		my @sorted = sort { $a->{line} cmp $b->{line} } @{ $by_key{$key} };
		$sum += length( join ',', map { $_->{first} . $_->{at}[0] } @sorted );
		( my $text = $sorted[0]{line} ) =~ s/WORD(\d+)/<$1>/g;
		$sum += length $text;
	}
	$sum += keys %count;
}
print "$sum\n";
