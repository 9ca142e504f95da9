import ArgumentParser
import Reports

struct HaltCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "halt", abstract: "End all that was injected, and let nothing in until it is released.",
        discussion: """
            Ends faults, kills and pauses at once, without a question, and refuses new ones: what was killed starts \
            again. Drills, game days and the monkey end with them, and none begins. That is kept: it holds for the next control plane too.

              cellmesh halt --reason "real incident"
              cellmesh halt --release
            """)

    @Option(help: ArgumentHelp("Why, for whoever is refused meanwhile.", valueName: "text"))
    var reason: String?

    @Flag(help: "Let faults in again.")
    var release = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !release || reason == nil else {
            throw CommandFailure(.usage, "--release takes no --reason", next: "cellmesh halt --release")
        }
        let console = output.console
        let api = try APIClient(mesh.running())
        let request = HaltRequest(reason: reason, release: release ? true : nil)
        let answer = try api.post("/v1/halt", request, as: HaltReport.self, timeout: .seconds(30))
        console.show(HaltView.make(answer))
        if !answer.kept {
            console.message("the journal cannot be written: the next control plane will not know of the halt")
        }
        if !answer.down.isEmpty {
            console.next("cellmesh restart \(answer.down.joined(separator: " "))")
        } else if !release {
            console.next("cellmesh halt --release")
        }
    }
}
