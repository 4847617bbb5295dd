#!/bin/sh
# Makes the certificates of the TLS targets anew: sh test/targets/certificates/make.sh (needs openssl).
# They are kept in the repository so that the tests need no openssl; the keys guard nothing.
#
#   authority.pem      signed itself; trusted by tests that trust anything
#   good.pem           localhost, 127.0.0.1, ::1, until 2125; the others differ from it as their names say
#   chained.pem        signed by intermediate.pem, which authority.pem signed
#   hostile-name.pem   a subject that means harm to whoever prints it
#   weak.pem           an RSA key of 512 bits (weak-key.pem)
#   client.pem         a client's certificate (client-key.pem), signed by authority.pem
#   client-stranger.pem  another one for the same key, signed by itself
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl ecparam -name prime256v1 -genkey -noout -out client-key.pem
openssl ecparam -name prime256v1 -genkey -noout -out "$work/authority.key"
openssl ecparam -name prime256v1 -genkey -noout -out "$work/intermediate.key"
openssl genrsa -out weak-key.pem 512 2>/dev/null
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

always='-startdate 19990101000000Z -enddate 21260101000000Z'
while_good='-startdate 20200101000000Z -enddate 21250101000000Z'

# request NAME KEY CN EXTENSION: leaves a request to sign
request() {
  openssl req -new -utf8 -key "$2" -config "$work/ca.cnf" -subj "/CN=$3" -addext "$4" -out "$work/$1.csr"
}

# sign ISSUER NAME DATES
sign() {
  # The dates are meant to be split into words.
  # shellcheck disable=SC2086
  openssl ca -batch -notext -config "$work/ca.cnf" -cert "$1.pem" -keyfile "$work/$1.key" $3 -in "$work/$2.csr" -out "$2.pem"
}

# leaf NAME CN ALTNAMES DATES: a server's certificate signed by the authority
leaf() {
  request "$1" key.pem "$2" "subjectAltName=$3"
  sign authority "$1" "$4"
}

# sign_itself NAME KEY DATES
sign_itself() {
  # shellcheck disable=SC2086
  openssl ca -batch -notext -selfsign -config "$work/ca.cnf" -keyfile "$2" $3 -in "$work/$1.csr" -out "$1.pem"
}

openssl req -new -key "$work/authority.key" -config "$work/ca.cnf" -subj '/CN=Longwatch test authority' -out "$work/authority.csr"
# shellcheck disable=SC2086
openssl ca -batch -notext -selfsign -config "$work/ca.cnf" -extensions authority -keyfile "$work/authority.key" \
  $always -in "$work/authority.csr" -out authority.pem
openssl req -new -key "$work/intermediate.key" -config "$work/ca.cnf" -subj '/CN=Longwatch test intermediate' -out "$work/intermediate.csr"
# shellcheck disable=SC2086
openssl ca -batch -notext -config "$work/ca.cnf" -extensions authority -cert authority.pem -keyfile "$work/authority.key" \
  $always -in "$work/intermediate.csr" -out intermediate.pem

local='DNS:localhost,IP:127.0.0.1,IP:::1'
leaf good localhost "$local" "$while_good"
leaf wrong-host other.example DNS:other.example "$while_good"
leaf expired localhost "$local" '-startdate 20000101000000Z -enddate 20010101000000Z'
leaf not-yet-valid localhost "$local" '-startdate 21000101000000Z -enddate 21250101000000Z'
leaf hostile-name "<script>alert(1)<\\/script> $(printf '\342\200\256')=cmd()" "$local" "$while_good"
request chained key.pem localhost "subjectAltName=$local"
sign intermediate chained "$while_good"
request self-signed key.pem localhost "subjectAltName=$local"
sign_itself self-signed key.pem "$while_good"
request weak weak-key.pem localhost "subjectAltName=$local"
sign authority weak "$while_good"
request client client-key.pem 'Longwatch test client' extendedKeyUsage=clientAuth
sign authority client "$while_good"
request client-stranger client-key.pem 'Longwatch test stranger' extendedKeyUsage=clientAuth
sign_itself client-stranger client-key.pem "$while_good"
