import ArgumentParser
import Reports

struct AlertsCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Say what fires, and what is about to.",
        discussion: """
            The control plane looks at the same rules that 'cellmesh export prometheus' writes. --scale 60 looks at burn \
            rates in a sixtieth of their windows, for rehearsals.

              cellmesh alerts
              cellmesh alerts --watch
              cellmesh alerts -o json --scale 60
            """)

    @Option(help: ArgumentHelp("Divide the windows of burn rates by this, 1 to 10000.", valueName: "number"))
    var scale: Double?

    @OptionGroup var watch: WatchOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard scale.map({ $0 >= 1 && $0 <= 10_000 }) ?? true else {
            throw ValidationError("--scale is 1 to 10000")
        }
    }

    func run() throws {
        let query = scale.map { "?scale=\($0)" } ?? ""
        let directory = try mesh.running()
        var fires = false
        try watch.show(output.console) {
            let answer: AlertsReport = try APIClient(directory).get("/v1/alerts\(query)")
            fires = !answer.firing.isEmpty
            return AlertsView.make(answer)
        }
        if fires { output.console.next("cellmesh status") }
    }
}
