import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Tell which release this is.",
        discussion: "  cellmesh version -o json")

    @OptionGroup var output: OutputOptions

    func run() {
        let document = JSONValue.document([("version", .string(Version.text)), ("data_version", 1)])
        output.console.show(
            Report(document, names: ["version/\(Version.text)"]) { _ in "cellmesh \(Version.text)\n" })
    }
}
