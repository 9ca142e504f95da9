import ArgumentParser
import Reports

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Tell which release this is.",
        discussion: "  cellmesh version -o json")

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        let schema = ReportJSON.schema
        let version = Version.text
        let dataVersion = 1

        private enum CodingKeys: String, CodingKey {
            case schema, version
            case dataVersion = "data_version"
        }
    }

    func run() {
        output.console.show(
            Report(Document(), names: ["version/\(Version.text)"]) { _ in "cellmesh \(Version.text)\n" })
    }
}
