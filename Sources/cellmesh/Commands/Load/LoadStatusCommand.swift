import ArgumentParser
import ControlPlane
import Drills
import Reports

struct LoadStatusCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how the loads fare that are under way.",
        discussion: """
            Of every load on the mesh, in the foreground or not, as it was a second ago at most; with -o json the last 60 \
            seconds one by one, by cell and by service. Asks no process.

              cellmesh load status
              cellmesh load status --watch
              cellmesh load status -o json
            """)

    @OptionGroup var watch: WatchOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        if watch.isOn { return try watch.show(console) { LoadStatusView.make(Self.report(directory)) } }
        let report = Self.report(directory)
        console.show(LoadStatusView.make(report))
        console.next(
            !report.loads.isEmpty
                ? "cellmesh load status --watch"
                : report.last == nil ? "cellmesh load start --rate 100 --duration 10m" : "cellmesh report show load")
    }

    private static func report(_ mesh: DataDirectory) -> LoadStatusReport {
        LoadStatusReport(
            mesh: mesh.name, loads: mesh.loads, last: ReportStore(mesh).find("load"))
    }
}
