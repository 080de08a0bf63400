#!/usr/bin/env bash
# An HDFS and an S3 on this machine to try hdfs:// and s3a:// with, in the background: Hadoop's mini cluster of one data node, and
# S3Mock. What they hold is gone when they stop.
#
#   eval "$(submit-scripts/local-storage.sh start [-n NAME-NODE-PORT] [-s S3-PORT] [FOLDER])"
#                                                             sets HDFS and S3, URIs to write below, and HADOOP_CONF_DIR
#   submit-scripts/local-storage.sh fs -put TEXTS "$HDFS/"    Hadoop's shell for files: -put, -get, -ls, -cat, ...
#   submit-scripts/local-storage.sh status [FOLDER]
#   submit-scripts/local-storage.sh stop [FOLDER]
#
# Ports are free ones unless they are named. HDFS listens at 127.0.0.1; S3Mock listens at every address of this machine and checks
# no credentials. FOLDER, runs/local-storage by default, takes process ids, logs, files and conf/core-site.xml, in which every
# Hadoop client finds endpoint and credentials. Ends what it started, and nothing else.
set -euo pipefail

name=local-storage
pattern='MiniDFSClusterManager|s3mock[.]jar'
# shellcheck source=submit-scripts/layout.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/layout.sh"
servers=$home/jobs/target/servers
hadoop=$own_spark/jars
bucket=hyena
name_node_port=0
s3_port=0
folder=$runs/local-storage
# shellcheck source=submit-scripts/local-processes.sh
. "$home/submit-scripts/local-processes.sh"

fetch_servers() {
  if [[ -e $servers/s3mock.jar && -e $servers/minicluster.jar ]]; then return; fi
  printf '%s: fetching the servers ...\n' "$name" >&2
  (cd "$home" && mvn -q -B -pl jobs dependency:copy@servers >&2) || fail 1 'Maven could not fetch the servers'
}

start() {
  local name_node endpoint
  prepare_folder
  build_jars
  fetch_servers
  rm -rf "$folder/hdfs" "$folder/s3" "$folder/name-node.json"
  mkdir -p "$folder/s3"
  launch hdfs "$java" -Xmx512m -cp "$servers/minicluster.jar:$hadoop/*" org.apache.hadoop.test.MiniDFSClusterManager -format \
    -nnport "$name_node_port" -writeDetails "$folder/name-node.json" -D "hdfs.minidfs.basedir=$folder/hdfs"
  launch s3 "$java" -Xmx512m "-Djava.io.tmpdir=$folder/s3" -jar "$servers/s3mock.jar" "--com.adobe.testing.s3mock.http-port=$s3_port" \
    --server.port=0 --server.address=127.0.0.1 --com.adobe.testing.s3mock.region=us-east-1 \
    "--com.adobe.testing.s3mock.store.initial-buckets=$bucket"
  await 120 hdfs 'namenode_port":[0-9]+' "$folder/name-node.json"
  await 120 s3 'Tomcat started on ports? .*\(http\)'
  name_node=$(sed -E 's/.*namenode_port":([0-9]+).*/\1/' "$folder/name-node.json")
  endpoint=http://127.0.0.1:$(sed -nE 's/.*Tomcat started on ports? .* ([0-9]+) \(http\).*/\1/p' "$folder/s3.log" | head -n 1)
  write_conf "$endpoint" local local-secret
  printf '%s: S3 at %s, access key local, secret key local-secret; end both with "%s stop %s"\n' "$name" "$endpoint" "$0" "$folder" >&2
  started "$(printf 'export HADOOP_CONF_DIR=%q\nexport HDFS=hdfs://127.0.0.1:%s S3=s3a://%s' "$folder/conf" "$name_node" "$bucket")"
}

[ $# -ge 1 ] || fail "$usage" 'start, stop, status or fs?'
command=$1
shift
if [ "$command" = fs ]; then
  [ -n "${HADOOP_CONF_DIR:-}" ] || fail "$usage" 'HADOOP_CONF_DIR is not set: put what start or status prints into your shell'
  exec "$java" -Xmx512m "-Dlog4j2.configurationFile=$home/conf/log4j2.properties" -cp "$HADOOP_CONF_DIR:$hadoop/*" \
    org.apache.hadoop.fs.FsShell "$@"
fi
while getopts n:s: option; do
  case $option in
  n) name_node_port=$OPTARG ;;
  s) s3_port=$OPTARG ;;
  *) fail "$usage" 'known options: -n NAME-NODE-PORT, -s S3-PORT' ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || fail "$usage" "one folder, not '$*'"
folder=${1:-$folder}
[[ $name_node_port$s3_port =~ ^[0-9]+$ ]] || fail "$usage" "-n $name_node_port -s $s3_port: expected numbers of ports"
case $command in
start | stop | status) "$command" ;;
*) fail "$usage" "start, stop, status or fs, not '$command'" ;;
esac
