import ArgumentParser
import UVDriver

struct PauseWatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause-watch",
        abstract: "End the pause of a process when it is over, also where its control plane is no more.",
        discussion: """
            Started by the control plane beside every pause, because a stopped process cannot end its own.

              cellmesh pause-watch --lease cells/us-east-1/pause --lock control.lock --grace 10m
            """,
        shouldDisplay: false)

    @Option(help: ArgumentHelp("What the control plane wrote of the pause.", valueName: "file"))
    var lease: String

    @Option(help: ArgumentHelp("The control plane's lock.", valueName: "file"))
    var lock: String

    @Option(help: ArgumentHelp("How long the pause goes on without a control plane.", valueName: "duration"))
    var grace: DurationArgument

    func run() throws {
        guard PauseWatcher.run(path: lease, lock: lock, grace: grace.amount) else {
            throw CommandFailure(.failed, "\(lease) does not say which process is paused")
        }
    }
}
