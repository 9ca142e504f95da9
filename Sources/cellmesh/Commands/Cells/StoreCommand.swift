import ArgumentParser
import Blueprints
import ControlPlane
import Store

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Tell what a cell holds.",
        discussion: """
            Reads the cell's database as it is on disk, whether the cell runs or not, and changes nothing. Two cells \
            with the same records of a customer have the same digest for that customer.

              cellmesh store us-east-1
              cellmesh store us-east-1 --customer c7 -o json
            """)

    @Argument(help: "A cell.")
    var cell: String

    @Option(help: ArgumentHelp("Count and digest the records of this customer alone.", valueName: "name"))
    var customer: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        let name = cell.hasPrefix("cell/") ? String(cell.dropFirst(5)) : cell
        let path = directory.storePath(of: name)
        guard !name.contains("/"), SystemFile.exists(path) else {
            let cells = SystemFile.names(in: directory.path + "/cells")
            throw CommandFailure(
                .usage, "mesh '\(directory.name)' has no store of a cell '\(name)'",
                hint: NearestWord.hint(for: name, among: cells, listing: "cells are"))
        }
        let summary: StoreSummary
        do {
            summary = try StoreSummary.read(path: path, customer: customer.map { Array($0.utf8) })
        } catch {
            throw CommandFailure(error.description)
        }
        console.show(StoreView.make(summary, customer: customer))
    }
}
