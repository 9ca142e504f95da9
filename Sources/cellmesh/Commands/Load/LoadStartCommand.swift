import ArgumentParser
import ControlPlane
import Reports
import UVDriver

struct LoadStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Send a load from a process of its own.",
        discussion: """
            Returns at once; 'load stop' ends it and reports. A mesh has one such load at a time. Room for its report is \
            kept on the disk beforehand, and nothing is started where there is none.

              cellmesh load start --rate 200 --duration 10m
              cellmesh kill us-east-1
              cellmesh load stop
            """)

    @OptionGroup var load: LoadOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let target = try LoadTarget(mesh, router: load.router)
        // What is wrong with it is said here, not in a log.
        _ = try load.configuration(target.topology)
        let directory = LoadDirectory(target.mesh)
        if let running = directory.process, running.isRunning {
            throw CommandFailure("a load runs already: process \(running.pid)", next: "cellmesh load stop")
        }
        let identity = try directory.begin { output, messages in
            try DetachedProcess.start(
                ["load", "run", "--mesh", target.mesh.name, "-o", "json"] + load.arguments, output: output,
                messages: messages)
        }
        let document = LoadStartReport(
            mesh: target.mesh.name, pid: identity.pid, rate: load.rate,
            durationMilliseconds: load.duration.milliseconds,
            router: "http://\(target.router)")
        console.show(
            Report(document, names: ["load/\(target.mesh.name)"]) { _ in
                "load of \(Wording.fixed(load.rate, 0))/s on http://\(target.router) for "
                    + "\(load.duration.defaultValueDescription), process \(identity.pid)\n"
            })
        console.next("cellmesh load stop")
    }
}
