import ArgumentParser
import Reports

struct FaultRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "End faults, kills and pauses before their time.",
        discussion: """
              cellmesh fault rm f3
              cellmesh fault rm --all
            """)

    @Argument(help: ArgumentHelp("What 'fault add' and 'fault ls' call it.", valueName: "id"))
    var ids: [String] = []

    @Flag(help: "All of them.")
    var all = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard all != !ids.isEmpty else {
            throw CommandFailure(.usage, "name faults by their ids, or give --all", next: "cellmesh fault ls")
        }
        try FaultHealing.run(all ? nil : ids, mesh, output.console)
    }
}

/// What `fault rm` and `heal` have in common.
enum FaultHealing {
    /// - Parameter ids: nil for all.
    static func run(_ ids: [String]?, _ mesh: MeshOptions, _ console: Console) throws {
        let api = try APIClient(mesh.running())
        let body = ids.map { FaultRemoval(ids: $0) } ?? .everything
        // What was killed starts again, and is waited for.
        let answer: FaultsReport
        do {
            answer = try api.post("/v1/faults/remove", body, timeout: .seconds(30))
        } catch let failure as CommandFailure where failure.status == .usage && failure.next == nil {
            var failure = failure
            failure.next = "cellmesh fault ls"
            throw failure
        }
        console.show(FaultsView.removed(answer))
        FaultsView.warn(answer, console)
        console.next("cellmesh status --wait 10s")
    }
}
