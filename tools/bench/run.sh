#!/bin/sh
# Builds the benchmarks and runs those whose name matches; everything goes to JMH as it is.
#   tools/bench/run.sh RouteTopic -f 5 -p bindings=10,1000000 -rf json -rff tools/bench/results/topic.json
set -eu
cd "$(dirname "$0")/../.."
./mvnw -q -pl tools/bench -am -Dquick compile dependency:build-classpath -Dmdep.outputFile=target/bench.classpath
exec java -cp "tools/bench/target/quick/classes:$(cat tools/bench/target/bench.classpath)" org.openjdk.jmh.Main \
  -prof gc -prof dev.mq.tools.bench.CpuProfiler "$@"
