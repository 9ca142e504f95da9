import ArgumentParser
import ControlPlane
import Reports

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a topology and a blueprint to start from.",
        discussion: """
            Writes topology/three-regions.yaml and cells/storefront.yaml, with comments, into a directory. Existing \
            files are never replaced.

              cellmesh init shop && cd shop && cellmesh up
            """)

    @Argument(help: "Where to; created where it is missing.", completion: .directory)
    var directory = "."

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let files = [
            ("topology/three-regions.yaml", DefaultFiles.threeRegions),
            ("cells/storefront.yaml", DefaultFiles.storefront),
        ].map { (path: path($0.0), text: $0.1) }
        for file in files where SystemFile.exists(file.path) {
            throw CommandFailure(
                "\(file.path) is there already; nothing was written", hint: "name another directory: cellmesh init DIR")
        }
        do {
            for file in files {
                try SystemFile.makeDirectory(String(file.path[..<file.path.lastIndex(of: "/")!]), mode: 0o755)
                try SystemFile.replace(file.path, with: Array(file.text.utf8), mode: 0o644)
            }
        } catch {
            throw CommandFailure("\(error)")
        }
        console.show(
            Report(InitReport(files: files.map(\.path)), names: files.map { "file/\($0.path)" }) { _ in
                files.map { "wrote \($0.path)\n" }.joined()
            })
        console.next(directory == "." ? "cellmesh up" : "cd \(directory) && cellmesh up")
    }

    private func path(_ file: String) -> String { directory == "." ? file : "\(directory)/\(file)" }
}
