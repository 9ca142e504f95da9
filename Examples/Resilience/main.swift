import Glibc

exit(Examples.main(Array(CommandLine.arguments.dropFirst())))
