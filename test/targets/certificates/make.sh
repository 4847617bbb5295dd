#!/bin/sh
# Makes the certificates of the TLS targets anew: sh test/targets/certificates/make.sh (needs openssl).
# They are kept in the repository so that the tests need no openssl; all share one key, which guards nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl ecparam -name prime256v1 -genkey -noout -out "$work/ca.key"
touch "$work/index.txt"
cat >"$work/ca.cnf" <<CNF
[ca]
default_ca = test
[test]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = copy
[anything]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
commonName = ignored
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
CNF

# sign NAME CN ALTNAMES FROM TO
sign() {
  openssl req -new -key key.pem -config "$work/ca.cnf" -subj "/CN=$2" -addext "subjectAltName=$3" -out "$work/$1.csr"
  openssl ca -batch -notext -config "$work/ca.cnf" -cert authority.pem -keyfile "$work/ca.key" \
    -startdate "$4" -enddate "$5" -in "$work/$1.csr" -out "$1.pem"
}

openssl req -new -key "$work/ca.key" -config "$work/ca.cnf" -subj '/CN=Longwatch test authority' -out "$work/ca.csr"
openssl ca -batch -notext -selfsign -config "$work/ca.cnf" -extensions authority -keyfile "$work/ca.key" \
  -startdate 19990101000000Z -enddate 21260101000000Z -in "$work/ca.csr" -out authority.pem
local='DNS:localhost,IP:127.0.0.1,IP:::1'
sign good localhost "$local" 20200101000000Z 21250101000000Z
sign wrong-host other.example DNS:other.example 20200101000000Z 21250101000000Z
sign expired localhost "$local" 20000101000000Z 20010101000000Z
sign not-yet-valid localhost "$local" 21000101000000Z 21250101000000Z
openssl req -new -key key.pem -config "$work/ca.cnf" -subj /CN=localhost -addext "subjectAltName=$local" -out "$work/self.csr"
openssl ca -batch -notext -selfsign -config "$work/ca.cnf" -keyfile key.pem \
  -startdate 20200101000000Z -enddate 21250101000000Z -in "$work/self.csr" -out self-signed.pem
