import ArgumentParser
import ControlPlane
import MeshBase
import Store
import Topology

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Tell what a cell holds.",
        discussion: """
            Reads the cell's database as it is on disk, whether the cell runs or not, and changes nothing. Two cells \
            with the same records of a customer have the same digest for that customer.

            A store that lost what it held has no vote before it was refilled from other cells. --lost lists those \
            stores and for whom they wait; --accept-loss gives up what only lost disks held, for good.

              cellmesh store us-east-1
              cellmesh store us-east-1 --customer c7 -o json
              cellmesh store --lost
              cellmesh store us-east-1 --accept-loss --confirm us-east-1
            """)

    @Argument(help: "A cell.")
    var cell: String?

    @Option(help: ArgumentHelp("Count and digest the records of this customer alone.", valueName: "name"))
    var customer: String?

    @Flag(help: "List the stores that have no vote, and what they wait for.")
    var lost = false

    @Flag(help: "Refill the cell from whoever is left: what nobody else holds is lost.")
    var acceptLoss = false

    @Option(help: ArgumentHelp("The cell once more, for --accept-loss.", valueName: "cell"))
    var confirm: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard acceptLoss || confirm == nil else { throw ValidationError("--confirm goes with --accept-loss") }
        guard !lost else {
            guard cell == nil, customer == nil, !acceptLoss else { throw ValidationError("--lost stands alone") }
            return
        }
        guard cell != nil else { throw ValidationError("name a cell, or ask for --lost") }
        guard customer == nil || !acceptLoss else {
            throw ValidationError("--accept-loss is about all customers of a cell")
        }
    }

    func run() throws {
        let directory = try mesh.known()
        if lost { return try tellLost(directory) }
        if let elsewhere = try ElsewhereCell(cell ?? "", directory) {
            guard !acceptLoss else {
                throw CommandFailure(
                    .usage, "the store of \(elsewhere.name) lies on the host of its agent, \(elsewhere.agent)",
                    hint: "run 'cellmesh store --accept-loss' there, with --mesh DIRECTORY of that agent")
            }
            return output.console.show(StoreView.make(try elsewhere.store(customer), customer: customer))
        }
        let (name, path) = try store(directory)
        if acceptLoss { return try accept(name, path, directory) }
        let summary: StoreSummary
        do {
            summary = try StoreSummary.read(path: path, customer: customer.map { Array($0.utf8) })
        } catch {
            throw CommandFailure(error.description)
        }
        output.console.show(StoreView.make(summary, customer: customer))
    }

    private func store(_ directory: DataDirectory) throws -> (name: String, path: String) {
        let cell = cell ?? ""
        let name = TargetSelector.name(in: cell, of: .cell)
        let path = directory.storePath(of: name)
        guard !name.contains("/"), SystemFile.exists(path) else {
            let cells = SystemFile.names(in: directory.path + "/cells")
            throw CommandFailure(
                .usage, "mesh '\(directory.name)' has no store of a cell '\(name)'",
                hint: NearestWord.hint(for: name, among: cells, listing: "cells are"))
        }
        return (name, path)
    }

    private func tellLost(_ directory: DataDirectory) throws {
        guard let topology = try? directory.model() else {
            throw CommandFailure("\(directory.modelPath) cannot be read", next: "cellmesh doctor")
        }
        let lost = LostStores(directory, topology)
        let console = output.console
        console.show(LostStoresView.make(lost))
        guard let stuck = lost.cells.first(where: { $0.isStuck && $0.stage == "pulling" }) else { return }
        throw CommandFailure(
            .unhealthy,
            "\(stuck.name) cannot be refilled without \(stuck.missing.prefix(6).map(\.cell).joined(separator: ", "))",
            hint: "bring those back with their disks; if these are gone for good, what only they held is lost: then "
                + "'cellmesh store \(stuck.name) --accept-loss --confirm \(stuck.name)'")
    }

    private func accept(_ name: String, _ path: String, _ directory: DataDirectory) throws {
        guard confirm == name else {
            throw CommandFailure(
                .declined,
                "records that no other cell holds are lost for good, and reads say that they were never written",
                next: "cellmesh store \(name) --accept-loss --confirm \(name)")
        }
        do {
            let before = try StoreFile.identity(path: path).life
            let life = try StoreFile.acceptLoss(path: path)
            guard life == .accepted else {
                throw CommandFailure(.usage, "the store of \(name) has a vote: there is nothing to accept")
            }
            output.console.message(
                before == .accepted
                    ? "the loss was accepted before; \(name) takes over what the others hold"
                    : "\(name) takes over what the others hold, and has a vote then")
        } catch let error as StoreOpenError {
            throw CommandFailure(error.description)
        }
    }
}
