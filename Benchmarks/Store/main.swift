StoreBenchmark.run(Array(CommandLine.arguments.dropFirst()))
