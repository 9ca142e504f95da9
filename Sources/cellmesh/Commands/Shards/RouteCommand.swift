import ArgumentParser
import MeshBase

struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Look at where customers live.", subcommands: [RouteExplainCommand.self])
}

struct RouteExplainCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell which cells hold a customer, and which one serves it.",
        discussion: """
            The shard is computed here, from the same files as the routers'. Which of its cells serves is known only \
            while the mesh runs: the first healthy one in the customer's order.

              cellmesh route explain c7
              cellmesh route explain c7 --topology topology/flagship.yaml -o json
            """)

    @Argument(help: "The customer's name, such as c7; several give a list.")
    var customers: [String]

    @OptionGroup var watch: WatchOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        var source = try model.load(console)
        var status: MeshStatus?
        var isFirst = true
        try watch.show(console) {
            // Customers move.
            if !isFirst { source = try model.load(console) }
            isFirst = false
            let now = source.mesh.flatMap { MeshStatus.ifRunning($0) }
            // Where it has said who serves, that stays.
            if now == nil, status != nil, let mesh = source.mesh { throw CommandFailure.withoutControl(mesh) }
            status = now
            let views = customers.map { RouteView(source.model, customer: $0, status: status) }
            return views.count == 1 ? views[0].report : RouteView.list(views)
        }
        if let mesh = source.mesh, status == nil, console.format == .table {
            console.message("mesh '\(mesh.name)' does not run: which cell serves is not known")
        }
    }
}
