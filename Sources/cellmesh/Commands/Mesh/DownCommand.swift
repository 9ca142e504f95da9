import ArgumentParser
import ControlPlane
import Reports

struct DownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Stop a mesh.",
        discussion: """
            Stops routers, cells and the control plane in order. Works also where the control plane is dead or stuck: \
            processes are found by pid and start time, and never another one that has the pid by now. The data stay.

              cellmesh down
              cellmesh down --mesh demo -o json
            """)

    @OptionGroup var mesh: MeshOptions

    @Option(help: ArgumentHelp("What has not stopped by then is killed.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(15))

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.anyKnown()
        let report: DownReport
        do {
            report = try MeshDown.run(directory, timeout: waitTimeout.amount)
        } catch .notRunning {
            throw CommandFailure(
                .noSuchMesh, "mesh '\(directory.name)' does not run",
                next: "cellmesh up --mesh \(directory.name) --detach")
        } catch .refused(let detail) {
            throw CommandFailure(detail)
        } catch {
            throw CommandFailure(.unhealthy, "\(error)", next: "cellmesh doctor --mesh \(directory.name)")
        }
        console.show(
            Report(report, names: ["mesh/\(report.mesh)"]) { _ in
                let how =
                    report.how == "api"
                    ? report.reaped > 0 ? "; \(report.reaped) processes that its programs had left were ended" : ""
                    : "; its control plane did not do it, \(report.reaped) processes were ended"
                return "mesh \(report.mesh) stopped in \(Wording.time(milliseconds: report.milliseconds))\(how)\n"
            })
        if let elsewhere = report.elsewhere {
            throw CommandFailure(
                .unhealthy,
                "\(Wording.plural(elsewhere.count, "cell")) of hosts that did not answer may still run: "
                    + elsewhere.prefix(8).joined(separator: ", ") + (elsewhere.count > 8 ? ", ..." : ""),
                hint:
                    "their agents end them when they have heard no control plane for its --grace (10 min where nothing was said)",
                next: "cellmesh up --mesh \(report.mesh) --detach")
        }
        if report.left > 0 {
            throw CommandFailure(
                .unhealthy, "\(report.left) processes could not be ended", next: "cellmesh doctor --mesh \(report.mesh)"
            )
        }
    }
}
