import ArgumentParser
import MeshBase
import Reports

struct MembersCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "Tell who is a member of a mesh, as one node sees it.",
        discussion: """
            Each node has its own view, kept by gossip: alive, suspect, dead or left. 'agree' counts the nodes that see \
            the same. With --wait, waits until all that were asked agree, and exits with 3 when they do not in time; \
            right after a kill they agree still that the victim lives, so name what is waited for with --until.

              cellmesh members
              cellmesh members --from us-east-1
              cellmesh members --diff
              cellmesh members --wait 10s --until us-east-1=dead -o json
            """)

    @Option(help: ArgumentHelp("The node whose view it is; the control plane's where left out.", valueName: "node"))
    var from: String?

    @Flag(help: "Show only where the nodes' views differ.")
    var diff = false

    @OptionGroup var watch: WatchOptions

    @Option(
        name: [.customLong("wait"), .customLong("wait-agree")],
        help: ArgumentHelp("Wait so long until all nodes agree.", valueName: "duration"))
    var wait: DurationArgument?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("With --wait: also until all see this member so; may be repeated.", valueName: "node=status")
    )
    var until: [MemberWish] = []

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.running()
        if watch.isOn { return try watch.show(console) { try report(APIClient(directory)) } }
        let api = try APIClient(directory)
        if diff {
            let (report, silent) = try MemberViews.differences(api)
            console.show(report)
            guard silent.isEmpty else {
                throw CommandFailure(
                    .unhealthy, "\(Wording.plural(silent.count, "node")) did not answer: nobody knows what they see",
                    next: "cellmesh status")
            }
            return
        }
        var view: MembersReport = try api.get(target)
        if let wait {
            let deadline = Pause.now() + wait.amount
            while !isMet(view), Pause.now() < deadline {
                Pause.sleep(.milliseconds(100))
                view = try api.get(target)
            }
        }
        console.show(MembersView.make(view))
        if wait != nil, let missing = until.first(where: { !$0.isMet(view) }) {
            throw CommandFailure(
                .unhealthy, "\(missing.name) is \(missing.seen(view)), not \(missing.status)",
                next: "cellmesh why \(missing.name)")
        }
        if wait != nil, !Self.agrees(view) {
            throw CommandFailure(
                .unhealthy, "\(view.agree ?? 0) of \(view.of ?? 0) nodes agree",
                next: "cellmesh members --diff")
        }
        if !Self.agrees(view) { console.next("cellmesh members --diff") }
    }

    private func report(_ api: APIClient) throws -> Report {
        diff ? try MemberViews.differences(api).report : MembersView.make(try api.get(target))
    }

    private var target: String {
        guard let from else { return "/v1/members" }
        // TYPE/NAME or a bare name.
        let name = from.split(separator: "/").last.map(String.init) ?? from
        return "/v1/members?from=\(PercentText.encoded(name))"
    }

    func validate() throws {
        if !until.isEmpty, wait == nil { throw ValidationError("--until goes with --wait DURATION") }
    }

    /// All agree, and on what is waited for.
    private func isMet(_ view: MembersReport) -> Bool { Self.agrees(view) && until.allSatisfy { $0.isMet(view) } }

    private static func agrees(_ view: MembersReport) -> Bool {
        guard let agree = view.agree, let of = view.of else { return true }
        return agree == of
    }
}
