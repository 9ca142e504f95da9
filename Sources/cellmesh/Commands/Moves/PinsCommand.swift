import ArgumentParser
import ControlPlane
import MeshBase
import Reports
import Store

struct PinsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pins", abstract: "Customers whose cells were chosen by hand.",
        subcommands: [PinsListCommand.self, PinsRemoveCommand.self])
}

struct PinsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the customers that are pinned, and where.",
        discussion: """
            Works without the control plane too, from the placement that the processes keep.

              cellmesh pins ls
              cellmesh pins ls -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        let answer: PinsReport
        if directory.controlHolder != nil {
            answer = try Waiting.forControl(directory, .seconds(1)).get("/v1/pins")
        } else {
            let model = try StoredMesh(directory)
            let journal = SystemFile.exists(directory.journalPath) ? try? Journal(path: directory.journalPath) : nil
            defer { journal?.close() }
            answer = PinsReport(model.table, model.topology) { hash in
                journal.flatMap { PinsReport.name(of: hash, in: $0) }
            }
        }
        console.show(PinsView.make(answer))
        if let first = answer.pins.first?.customer { console.next("cellmesh pins rm \(first)") }
    }
}

struct PinsRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Give a customer back to the shard that the mesh would choose.",
        discussion: """
            It moves there first, and then the pin ends. It is served all the while where a majority of its cells lives; one \
            that has none waits for them, and its records are refused (503) meanwhile, as they were before.

              cellmesh pins rm c7
            """)

    @Argument(help: "The customer's name, such as c7.")
    var customer: String

    @Flag(help: "Do not wait until it has moved.")
    var detach = false

    @Option(help: ArgumentHelp("How long to wait until it has moved.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(30))

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        guard MoveRequest.isName(customer) else {
            throw CommandFailure(.usage, "'\(customer)' is no name of a customer", next: "cellmesh pins ls")
        }
        let directory = try mesh.running()
        let api = try Waiting.forControl(directory, .seconds(1))
        var answer = try CommandFailure.advising("cellmesh pins ls") {
            try api.delete(
                "/v1/pins/\(PercentText.encoded(customer))", as: PinsReport.self, timeout: .seconds(30),
                conflict: .declined)
        }
        if !detach {
            let isGone = try PinWait.run(customer, directory, waitTimeout.amount) { $0 == nil }
            answer = isGone.answer
            guard isGone.met else {
                console.show(PinsView.make(answer))
                throw CommandFailure(
                    .unhealthy,
                    "\(customer) has not moved within \(Wording.time(milliseconds: waitTimeout.amount.milliseconds)); "
                        + "it goes on",
                    hint: "it waits while too few of its cells live: start them, or see 'cellmesh help move'",
                    next: "cellmesh route explain \(customer)")
            }
        }
        console.show(PinsView.removed(customer, answer))
        console.next("cellmesh route explain \(customer)")
    }
}
