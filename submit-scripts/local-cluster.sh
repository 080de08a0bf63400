#!/usr/bin/env bash
# A Spark cluster on this machine, on 127.0.0.1 only: a standalone master and workers of one core each, in the background.
#
#   submit-scripts/local-cluster.sh start [-w WORKERS] [-m MEMORY] [FOLDER]    prints the master's URL
#   submit-scripts/local-cluster.sh status [FOLDER]
#   submit-scripts/local-cluster.sh stop [FOLDER]
#
# Two workers of 4g unless said otherwise. FOLDER, runs/local-cluster by default, takes process ids, logs and work files. The Spark
# is that of $SPARK_HOME, or the one that the build assembled. Ends what it started, and nothing else.
set -euo pipefail

name=local-cluster
pattern=org.apache.spark.deploy
# shellcheck source=submit-scripts/layout.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/layout.sh"
workers=2
memory=4g
folder=$runs/local-cluster
# shellcheck source=submit-scripts/local-processes.sh
. "$home/submit-scripts/local-processes.sh"

use_spark() {
  local library version
  if [ -z "${SPARK_HOME:-}" ]; then
    build_jars
    export SPARK_HOME=$own_spark
  fi
  library=("$SPARK_HOME"/jars/scala-library-*.jar)
  [ -e "${library[0]}" ] || fail "$usage" "there is no Spark in SPARK_HOME=$SPARK_HOME: set it to a Spark installation, or unset it"
  version=${library[0]##*-}
  export SPARK_SCALA_VERSION=${version%.*.jar}
  export SPARK_LOCAL_IP=127.0.0.1
}

launch_spark() { # PROCESS CLASS ARGUMENTS...
  local process=$1
  shift
  launch "$process" "$java" -Xmx512m -cp "$SPARK_HOME/jars/*" "$@"
}

start() {
  local n url
  prepare_folder
  use_spark
  launch_spark master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 0 --webui-port 0
  await 60 master 'Starting Spark master at spark://'
  url=$(sed -nE 's/.*Starting Spark master at (spark:[^ ]*).*/\1/p' "$folder/master.log" | head -n 1)
  for ((n = 1; n <= workers; n++)); do
    launch_spark "worker-$n" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 --memory "$memory" --webui-port 0 \
      --work-dir "$folder/work-$n" "$url"
  done
  for ((n = 1; n <= workers; n++)); do
    await 60 "worker-$n" 'Successfully registered with master'
  done
  started "$url"
}

[ $# -ge 1 ] || fail "$usage" 'start, stop or status?'
command=$1
shift
while getopts w:m: option; do
  case $option in
  w) workers=$OPTARG ;;
  m) memory=$OPTARG ;;
  *) fail "$usage" 'known options: -w WORKERS, -m MEMORY' ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || fail "$usage" "one folder, not '$*'"
folder=${1:-$folder}
[[ $workers =~ ^[1-9][0-9]*$ ]] || fail "$usage" "-w $workers: expected a number of workers"
case $command in
start | stop | status) "$command" ;;
*) fail "$usage" "start, stop or status, not '$command'" ;;
esac
