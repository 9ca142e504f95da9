import Glibc

exit(PolicyBenchmark.run(Array(CommandLine.arguments.dropFirst())))
