import ArgumentParser
import Glibc
import MeshBase

struct LoadStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End the load that 'load start' began, and report.",
        discussion: """
            Reports also a load that has come to its end by itself. --wait lets it come to its end. Exits with 5 as \
            'load run' does.

              cellmesh load stop -o json
            """)

    @Flag(help: "Let it come to its end instead.")
    var wait = false

    @Option(help: ArgumentHelp("How long to wait for the report.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(30))

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = LoadDirectory(try mesh.known())
        guard let process = directory.process else {
            throw CommandFailure("no load was started", next: "cellmesh load start --rate 100 --duration 10m")
        }
        if !wait { _ = try? process.kill(SIGINT) }
        let deadline = Pause.now() + waitTimeout.amount
        while process.isRunning {
            guard Pause.now() < deadline else {
                throw CommandFailure(.unhealthy, "the load (process \(process.pid)) has not ended yet")
            }
            Pause.sleep(.milliseconds(50))
        }
        guard let report = try directory.report() else {
            throw CommandFailure("the load left no report", hint: "see \(directory.logPath)")
        }
        console.show(LoadView.make(report))
        guard report.metObjectives, report.writes.lost == 0 else {
            throw CommandFailure(.violated, "an objective of the load was violated")
        }
    }
}
