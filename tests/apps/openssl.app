# SPDX-License-Identifier: MIT
what='speed for a second an algorithm, keys, certificates, signatures'
packages=openssl
version='openssl version'
normal='s/[0-9]+ .* ops in [0-9.]+s/ops/; s/^Doing.*$//; s/^(sha256|rsa|aes|The|type|options|built|compiler|CPUINFO|version).*$//; s/^ .*(verify|sign).*$//; s/^.*[0-9]+\.[0-9]+k?.*$//'
run()
{
	openssl speed -seconds 1 -bytes 1024 sha256 2>&1 | grep -c Doing
	openssl speed -seconds 1 -multi 2 rsa1024 2>&1 | grep -cE '^(Got|Forked)'
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -days 3 -subj /CN=x 2> /dev/null; openssl x509 -in c -noout -subject
	seq 1000 > d; openssl dgst -sha256 -sign k -out s d && openssl x509 -in c -pubkey -noout > p && openssl dgst -sha256 -verify p -signature s d
	openssl enc -aes-256-cbc -K 00 -iv 00 -in d 2>/dev/null | md5sum; rm -f k c s p
}
