import ArgumentParser
import ControlPlane
import MeshBase
import Reports
import Resilience

struct NoticeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice", abstract: "Tell the mesh's own users something: routers show it with their status.",
        discussion: """
            One line of \(NoticeEntry.most) bytes at most, in 'GET /status' of every router until it is cleared or its time is \
            up; it outlives the control plane. Without a text the one in force is shown.

              cellmesh notice 'We are moving to another region; writes may take a second.' --for 1h
              cellmesh notice --clear
            """)

    @Argument(help: ArgumentHelp("What users are told.", valueName: "text"))
    var text: String?

    @Flag(help: "Take it back.")
    var clear = false

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long; until it is cleared where left out.", valueName: "duration"))
    var time: DurationArgument?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard clear || text != nil else {
            guard time == nil else {
                throw CommandFailure(.usage, "--for goes with a text", next: "cellmesh notice")
            }
            output.console.show(SettingsView.notice(try StoredSettings.read(try mesh.known())))
            output.console.next("cellmesh notice --clear")
            return
        }
        if clear, text != nil || time != nil {
            throw CommandFailure(.usage, "--clear takes back what was told: a text and --for go with another notice")
        }
        let wish = SettingsWish(.notice, value: clear ? nil : text, lease: time?.milliseconds)
        try SettingsRun.run([wish], mesh, output.console, next: "cellmesh notice")
    }
}
