import ArgumentParser
import ControlPlane
import Reports

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Tell which release this is.",
        discussion: "  cellmesh version -o json")

    @OptionGroup var output: OutputOptions

    func run() {
        output.console.show(
            Report(VersionReport(version: Version.text, dataVersion: 1), names: ["version/\(Version.text)"]) { _ in
                "cellmesh \(Version.text)\n"
            })
    }
}
