#!/usr/bin/env bash
# Makes a labelled set of source files in ten programming languages: train.jsonl.gz and test.jsonl.gz, of different packages.
#
#   submit-scripts/labelled-languages.sh OUT-DIR
#
# A line is {"id":"PACKAGE/PATH","text":...,"label":LANGUAGE,"package":PACKAGE}. A text is the first 4,096 bytes of a file in UTF-8,
# less a character that they cut. Files below 100 bytes, in other encodings or with a text that occurred before are left out. A
# package gives at most 40 texts for training or 50 for the test, evenly spread over its files in the order of their paths.
#
# Needs Debian 13 after apt-get update, Maven and a JDK, and downloads 100 MB; installs nothing. The last line of standard output is
# one JSON object: train, test, the numbers of texts.
set -euo pipefail
export LC_ALL=C

fail() { # EXIT-CODE MESSAGE
  printf 'labelled-languages.sh: %s\n' "$2" >&2
  exit "$1"
}

fetch() { # PACKAGE...: unpacks each in a folder of its name; of Maven's, GROUP:NAME:VERSION, the sources
  local package
  if [[ $1 == *:* ]]; then
    for package; do
      mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact="$package:jar:sources" \
        -DoutputDirectory="$work/archives" >&2 || fail 1 "Maven could not fetch the sources of $package"
      mkdir "$package"
      (cd "$package" && jar -xf "$work"/archives/*.jar)
      rm "$work"/archives/*.jar
    done
  else
    (cd "$work/archives" && apt-get -qq -o APT::Sandbox::User=root download "$@" >&2) ||
      fail 1 "apt-get could not fetch one of $*; run apt-get update, or name other packages in this script"
    for package; do
      dpkg-deb -x "$work/archives/$package"_*.deb "$package"
    done
  fi
}

add() { # LANGUAGE SPLIT ENDINGS PACKAGE...: fetches the packages and lists their files
  local language=$1 split=$2 endings=$3
  shift 3
  printf '%s, %s: %s\n' "$language" "$split" "$*" >&2
  fetch "$@"
  find "$@" -type f | grep -E "[.]($endings)$" | sort | sed "s|^|$split\t$language\t|" >>"$work/files"
}

documents() { # OUT-DIR: writes the texts of the files that standard input lists
  # shellcheck disable=SC2016
  perl -we '
    use strict;
    my %most = (train => 40, test => 50);
    my (%seen, %found, @packages);
    while (<STDIN>) {
      chomp;
      my ($split, $language, $path) = split /\t/;
      open my $file, "<:raw", $path or die "$path: $!";
      read $file, my $text, 4096;
      for (1 .. 3) {
        chop $text unless eof $file || utf8::decode(my $copy = $text);
      }
      next if length $text < 100 || $seen{$text}++ || !utf8::decode(my $copy = $text);
      $text =~ s/(["\\])/\\$1/g;
      $text =~ s/\n/\\n/g;
      $text =~ s/([\x00-\x1f])/sprintf "\\u%04x", ord $1/ge;
      my ($package) = $path =~ m|^([^/]*)|;
      push @packages, [$split, $package] unless $found{$package};
      push @{$found{$package}},
        qq({"id":"$path","text":"$text","label":"$language","package":"$package"}\n);
    }
    my (%out, %count);
    for my $split (keys %most) {
      open $out{$split}, ">:raw", "$ARGV[0]/$split.jsonl" or die "$ARGV[0]: $!";
    }
    for (@packages) {
      my ($split, $package) = @$_;
      my @all = @{$found{$package}};
      my $count = @all < $most{$split} ? @all : $most{$split};
      print {$out{$split}} map { $all[$_ * @all / $count] } 0 .. $count - 1;
      $count{$split} += $count;
      print STDERR "$package: $count\n";
    }
    close $_ or die $! for values %out;
    print qq({"train":$count{train},"test":$count{test}}\n);' "$1"
}

usage='usage: submit-scripts/labelled-languages.sh OUT-DIR'
case ${1:-} in
-h | --help)
  printf '%s\n' "$usage"
  exit
  ;;
-*) fail 2 "found the option $1, expected a folder to write to; $usage" ;;
esac
if [ $# != 1 ]; then fail 2 "found $# arguments, expected one, the folder to write to; $usage"; fi
for program in apt-get dpkg-deb mvn jar perl; do
  command -v "$program" >/dev/null || fail 1 "$program is missing; this script needs Debian, Maven and a JDK"
done
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/archives" "$work/packages"
cd "$work/packages"

add c train c openafs-modules-dkms dahdi-dkms libcurl4-doc falcosecurity-scap-dkms evdi-dkms libxml2-doc \
  librust-ring-dev librust-tree-sitter-dev libfuse3-dev libevent-dev gost-crypto-dkms digimend-dkms \
  openrazer-driver-dkms
add c test c lttng-modules-dkms jool-dkms xtables-addons-dkms
add c++ train 'cpp|hpp' libboost1.83-dev qtbase5-examples libosmium2-dev librange-v3-dev libcereal-dev \
  libmsgpack-cxx-dev libasio-dev libwebsocketpp-dev qtcharts5-examples qttools5-examples qtmultimedia5-examples \
  libmlpack-dev nlohmann-json3-dev libcli11-dev libviennacl-dev qtconnectivity5-examples libopencv-dev
add c++ test 'cpp|hpp' wx3.2-examples libseqan3-dev libsfml-doc
add go train go golang-golang-x-net-dev golang-golang-x-text-dev golang-golang-x-tools-dev \
  golang-github-prometheus-client-golang-dev golang-github-spf13-cobra-dev golang-github-gorilla-mux-dev \
  golang-github-sirupsen-logrus-dev golang-github-stretchr-testify-dev golang-github-miekg-dns-dev \
  golang-github-gin-gonic-gin-dev golang-github-boltdb-bolt-dev golang-github-google-go-cmp-dev \
  golang-go.opencensus-dev golang-github-nats-io-go-nats-dev golang-github-yuin-goldmark-dev golang-github-lib-pq-dev
add go test go golang-gonum-v1-gonum-dev golang-go.uber-zap-dev golang-github-hashicorp-raft-dev
add java train java org.apache.commons:commons-lang3:3.17.0 com.google.guava:guava:33.4.0-jre \
  joda-time:joda-time:2.12.7 com.fasterxml.jackson.core:jackson-databind:2.17.2 \
  org.apache.httpcomponents:httpcore:4.4.16 com.squareup.okhttp:okhttp:2.7.5 org.jsoup:jsoup:1.18.3 \
  org.slf4j:slf4j-api:2.0.16 ch.qos.logback:logback-core:1.5.12 org.assertj:assertj-core:3.26.3 \
  io.netty:netty-common:4.1.115.Final org.apache.commons:commons-compress:1.27.1 junit:junit:4.13.2
add java test java com.google.code.gson:gson:2.11.0 commons-io:commons-io:2.16.1 \
  org.apache.logging.log4j:log4j-core:2.24.1
add javascript train js node-babel7 node-jsdom eslint node-async node-express node-lodash node-ws node-commander \
  node-d3-array node-underscore node-mysql node-tar node-winston node-redis node-got node-yargs node-marked \
  node-semver
add javascript test js node-undici node-postcss node-acorn
add perl train 'pm|pl' libmoose-perl libmojolicious-perl libdbix-class-perl libperl-critic-perl libwww-perl \
  libdatetime-perl libdancer2-perl libcatalyst-perl libtemplate-perl libppi-perl libtype-tiny-perl \
  libspreadsheet-writeexcel-perl libhtml-tree-perl libanyevent-perl libtest-simple-perl libpdf-api2-perl libgraph-perl
add perl test 'pm|pl' libbio-perl-perl libnet-dns-perl libplack-perl
add php train php phpunit php-symfony-console php-doctrine-orm php-twig php-monolog php-guzzlehttp-guzzle \
  php-laravel-framework smarty4 php-getid3 php-league-commonmark php-mockery php-nesbot-carbon php-geshi php-mail-mime \
  php-zend-code phpmyadmin php-symfony-http-kernel
add php test php composer php-parser php-phpseclib3
add python train py python3-django python3-sympy python3-sqlalchemy python3-twisted python3-flask python3-requests \
  python3-pygments python3-jinja2 python3-click python3-babel python3-boto3 python3-dateutil python3-paramiko \
  python3-nltk python3-docker python3-pytest python3-aiohttp
add python test py python3-docutils python3-sphinx python3-tornado
add ruby train rb ruby-activerecord ruby-activesupport ruby-sequel puppet-agent ruby-rack ruby-sinatra ruby-nokogiri \
  ruby-rspec-core ruby-actionpack ruby-haml ruby-thor ruby-rouge ruby-mongo ruby-prawn ruby-sass ruby-redis \
  ruby-gettext ruby-asciidoctor
add ruby test rb rubocop ruby-mail ruby-kramdown
add rust train rs librust-tokio-dev librust-regex-automata-dev librust-nix-dev librust-rustls-dev librust-serde-dev \
  librust-clap-builder-dev librust-rayon-dev librust-syn-dev librust-rand-dev librust-h2-dev librust-chrono-dev \
  librust-bindgen-dev librust-gimli-dev librust-petgraph-dev librust-nom-dev librust-reqwest-dev librust-axum-dev
add rust test rs librust-nalgebra-dev librust-image-dev librust-hyper-dev

documents "$out" <"$work/files"
gzip -9nf "$out/train.jsonl" "$out/test.jsonl"
