import ArgumentParser
import ControlPlane
import MeshBase
import Reports

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell why the nodes of a mesh believe what they believe of a member.",
        discussion: """
            Asks every process for the last events of the member that it saw: failed probes with the relays that were \
            asked and their nacks, accusers, confirmations and the time they left, refutations. They are merged into one \
            timeline, with what the operator did to it: kills, pauses, faults on the wire. A doubt is one line, from the first \
            failed probe to what became of it; -o wide has each moment. Works without the control plane too.

              cellmesh why us-east-1
              cellmesh why us-east-1 --from r1
              cellmesh why us-east-1 -o wide
            """)

    @Argument(help: ArgumentHelp("A member.", valueName: "node"))
    var node: String

    @Option(help: ArgumentHelp("What this node alone saw.", valueName: "node"))
    var from: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let name = Self.bare(node)
        guard !name.isEmpty, name.utf8.count <= 63, !name.contains("/") else {
            throw CommandFailure(.usage, "'\(node)' is no name of a member")
        }
        var pages = ProcessPages.get(
            "/v1/members/\(PercentText.encoded(name))/history", of: directory, as: MemberHistoryPage.self)
        guard !pages.isEmpty else {
            throw CommandFailure(
                .noSuchMesh, "no process of mesh '\(directory.name)' runs",
                next: "cellmesh up --mesh \(directory.name) --detach")
        }
        if let from {
            let running = pages.map(\.name)
            pages = pages.filter { $0.name == Self.bare(from) }
            guard let page = pages.first else {
                throw CommandFailure(
                    .usage, "no process '\(from)' of mesh '\(directory.name)' runs",
                    hint: NearestWord.hint(for: Self.bare(from), among: running, listing: "these do"))
            }
            guard page.page != nil else { throw CommandFailure(.unhealthy, "\(from) does not answer") }
        }
        var story = MemberStory(member: name, pages: pages)
        guard story.isKnown else {
            let known = directory.processes.map(\.name)
            throw CommandFailure(
                .usage, "no node of mesh '\(directory.name)' knows a member '\(name)'",
                hint: NearestWord.hint(for: name, among: known, listing: "members are"))
        }
        story.add(Deed.all(of: name, in: directory))
        let trouble = MeshStatus.ifRunning(directory)?.state(of: name)?.trouble
        output.console.show(WhyView.make(story, trouble: trouble))
    }

    /// TYPE/NAME or a bare name.
    private static func bare(_ text: String) -> String { text.split(separator: "/").last.map(String.init) ?? text }
}
