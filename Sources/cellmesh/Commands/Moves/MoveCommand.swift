import ArgumentParser
import ControlPlane
import MeshBase
import Reports

struct MoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Move one customer to cells of your choice, and pin it there.",
        discussion: """
            The customer is served and its writes are kept all the while, where a majority of its cells lives before and \
            after. The first cell serves, the others hold its \
            records too: as many as a shard has is what the mesh's other customers have. 'pins rm' gives it back.

            A customer of whose cells no majority lives cannot be moved: start them. If they never come back, --accept-loss \
            gives up what only the dead ones have of it, and moves it from those that are left, to where the mesh would \
            have it or --to others. Writes that were acknowledged to it may be gone then.

              cellmesh move c7 --accept-loss --confirm c7
              cellmesh move c7 --to eu-west-1,us-west-2,us-east-3
            """)

    @Argument(help: "The customer's name, such as c7.")
    var customer: String

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("The cells, in the order in which they serve.", valueName: "cell,..."))
    var to: [String] = []

    @Flag(help: "Give up what only dead cells have of the customer.")
    var acceptLoss = false

    @Option(help: ArgumentHelp("The customer once more, with --accept-loss.", valueName: "customer"))
    var confirm: String?

    @Flag(help: "Do not wait until it has moved.")
    var detach = false

    @Option(help: ArgumentHelp("How long to wait until it has moved.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(30))

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    /// With commas or one by one.
    var cells: [String] {
        to.flatMap { $0.split(separator: ",").map { String($0).filter { $0 != " " } } }.filter { !$0.isEmpty }
    }

    func run() throws {
        guard !cells.isEmpty || acceptLoss && to.isEmpty else {
            throw CommandFailure(.usage, "--to names no cell", next: "cellmesh route explain \(customer)")
        }
        guard confirm == (acceptLoss ? customer : nil) else {
            throw CommandFailure(
                .usage,
                acceptLoss
                    ? "writes that were acknowledged to \(customer) may be gone: confirm it"
                    : "--confirm goes with --accept-loss",
                next: acceptLoss
                    ? "cellmesh move \(customer) --accept-loss --confirm \(customer)" : "cellmesh move --help")
        }
        let console = output.console
        let directory = try mesh.running()
        let api = try Waiting.forControl(directory, .seconds(1))
        var body = MoveBody(customer: customer)
        if !cells.isEmpty { body.cells = cells }
        if acceptLoss { (body.acceptsLoss, body.confirm) = (true, customer) }
        var answer = try CommandFailure.advising("cellmesh route explain \(customer)") {
            try api.post("/v1/moves", body, as: PinsReport.self, timeout: .seconds(30), conflict: .declined)
        }
        if !detach {
            let isThere = try PinWait.run(customer, directory, waitTimeout.amount) { pin in
                cells.isEmpty ? pin == nil : pin?.phase == "stable"
            }
            answer = isThere.answer
            guard isThere.met else {
                console.show(PinsView.make(answer, of: customer))
                throw CommandFailure(
                    .unhealthy,
                    "\(customer) has not moved within \(Wording.time(milliseconds: waitTimeout.amount.milliseconds)); "
                        + "it goes on",
                    hint: "it waits while too few of its cells live; 'cellmesh pins rm \(customer)' takes it back",
                    next: "cellmesh route explain \(customer)")
            }
        }
        console.show(PinsView.make(answer, of: customer))
        console.next("cellmesh route explain \(customer)")
    }
}

/// Waits for the pin of one customer.
enum PinWait {
    static func run(
        _ customer: String, _ mesh: DataDirectory, _ limit: TimeAmount, until isMet: (PinsReport.Pin?) -> Bool
    ) throws -> (met: Bool, answer: PinsReport) {
        let deadline = Pause.now() + limit
        while true {
            let answer: PinsReport = try Waiting.forControl(mesh, .seconds(5)).get(
                "/v1/pins?customer=\(PercentText.encoded(customer))")
            if isMet(answer.pins.first) { return (true, answer) }
            guard Pause.now() < deadline else { return (false, answer) }
            Pause.sleep(.milliseconds(50))
        }
    }
}
