# shellcheck shell=bash
# Where things are, in a checkout and in a distribution, which has its jars beside this folder. All scripts source it.
# shellcheck disable=SC2034
unset CDPATH
home=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
hyena=$home/submit-scripts/hyena
if [ -d "$home/jars" ]; then
  lib=$home/jars        # our jars and what they need beside Spark
  own_spark=$home/spark # a folder with the jars of a Spark; only some distributions have it
  corpus=$home/sample-corpus
  sources_sum=''
else
  lib=$home/jobs/target/lib
  own_spark=$home/jobs/target/spark
  corpus=$home/data-pipelines/sample-corpus
  sources_sum=$home/jobs/target/sources.sum # of the sources that the jars were built from
  profiles=$home/jobs/target/profiles       # of Maven, with which they were built
fi
runs=$home/runs # what the scripts write
if [ ! -w "$home" ]; then runs=$PWD/runs; fi

# A checksum of all that decides the jars. The build calls it before it compiles, so that a file edited during a build counts as
# newer than the jars.
sources() {
  (cd "$home" && find pom.xml ./*/pom.xml ./*/src/main -type f -exec cksum {} + | LC_ALL=C sort | cksum)
}
