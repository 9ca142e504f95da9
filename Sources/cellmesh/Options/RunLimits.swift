import ArgumentParser
import MeshBase

/// How much of the machine many runs of the simulator may take.
struct RunLimits: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Runs at the same time, 1 to 1024; one for each processor where left out.", valueName: "count"))
    var jobs: Int?

    @Option(help: ArgumentHelp("Give up after so long in real time.", valueName: "duration"))
    var wallLimit = DurationArgument(.hours(1))

    func validate() throws {
        guard jobs.map({ (1...1024).contains($0) }) ?? true else { throw ValidationError("--jobs is 1 to 1024") }
    }

    var threads: Int { max(1, jobs ?? ParallelRuns.processors) }
}
