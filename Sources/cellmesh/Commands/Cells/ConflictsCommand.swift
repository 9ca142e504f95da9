import ArgumentParser
import Replication
import Store

struct ConflictsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts", abstract: "Keys with values that did not know of each other.",
        discussion: """
            Keys of tier important whose blueprint says 'conflicts: manual' keep every value that no later write has \
            seen, and wait here for somebody to choose.
            """,
        subcommands: [ConflictsListCommand.self, ConflictsResolveCommand.self])
}

struct ConflictsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the keys that wait for somebody to choose.",
        discussion: """
            Asks the cells that run; the control plane is not needed. Where there are more keys than --limit, the \
            list ends with what the next one begins behind.

              cellmesh conflicts ls
              cellmesh conflicts ls --limit 20 --after 2f1c/6337/636172742f31
              cellmesh conflicts ls -o json
            """)

    @Option(help: ArgumentHelp("Keys at most, 1 to 1000.", valueName: "count"))
    var limit = MeshConflicts.most

    @Option(
        help: ArgumentHelp("Begin behind this place: what the list before ended with, its 'next'.", valueName: "place"))
    var after: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard 1...MeshConflicts.most ~= limit else {
            throw ValidationError("--limit is 1 to \(MeshConflicts.most)")
        }
        guard after == nil || place != nil else {
            throw ValidationError("--after is what a list before ended with, such as 2f1c/6337/636172742f31")
        }
    }

    private var place: RecordPosition? { after.flatMap { RecordPosition(text: $0) } }

    func run() throws {
        let console = output.console
        let conflicts = MeshConflicts(try mesh.alive(), after: place, limit: limit)
        console.show(ConflictsView.make(conflicts))
        if let first = conflicts.conflicts.first {
            console.next("cellmesh conflicts resolve \(first.customer) \(first.key) --pick 1")
        }
    }
}

struct ConflictsResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Choose the value of a key, and supersede all that are there now.",
        discussion: """
            Reads the key through a router and writes the chosen value over exactly what it has read. What somebody \
            else writes meanwhile stays beside it.

              cellmesh conflicts resolve c7 cart/1 --pick 2
              cellmesh conflicts resolve c7 cart/1 --value merged.json
            """)

    @Argument(help: "The customer's name, such as c7.")
    var customer: String

    @Argument(help: "The key of the record.")
    var key: String

    @Option(
        help: ArgumentHelp(
            "The number of the sibling that stays, as 'conflicts ls' has it, from 1.", valueName: "number"))
    var pick: Int?

    @Option(help: ArgumentHelp("A file with the value that takes the place of all.", valueName: "file"))
    var value: String?

    @Option(
        help: ArgumentHelp("The router to go through, a name or HOST:PORT; otherwise the first.", valueName: "router"))
    var router: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (pick == nil) != (value == nil) else { throw ValidationError("choose with --pick or with --value") }
    }

    func run() throws {
        let target = try LoadTarget(mesh, router: router)
        let record = RecordAtRouter(target.router, customer: customer, key: key)
        let siblings = try record.siblings()
        let choice: RecordAtRouter.Choice
        if let pick {
            guard siblings.indices.contains(pick - 1) else {
                throw CommandFailure(
                    .usage, "there are \(siblings.count) siblings, and no number \(pick)", next: "cellmesh conflicts ls"
                )
            }
            choice = try record.choice(siblings[pick - 1])
        } else {
            choice = .value(try record.bytes(ofFile: value ?? ""))
        }
        try record.write(choice, over: siblings)
        output.console.show(ConflictsView.resolved(customer, key, superseded: siblings.count))
        output.console.next("cellmesh conflicts ls")
    }
}
