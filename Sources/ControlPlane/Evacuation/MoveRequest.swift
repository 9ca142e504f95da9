import Blueprints
import MeshBase
import Sharding
import Topology
import Wire

/// The body of `POST /v1/moves`: one customer, and the cells that are to hold it from now on.
package struct MoveRequest: Sendable, Equatable {
    /// As requests name it.
    package var customer: String
    /// In the order in which they are to serve.
    package var cells: [String]

    /// What only dead cells have of it is given up; without cells it goes to those that the mesh would choose.
    package var acceptsLoss = false

    /// Nothing is looked up yet.
    package init(customer: String, cells: [String]) {
        self.customer = customer
        self.cells = cells
    }

    static let form =
        "{\"customer\": NAME, \"cells\": [CELL, ...]}, or with \"accept_loss\": true, \"confirm\": NAME, and cells or none"

    /// Reads what a client sent.
    /// - Throws: 400, with the member that is wrong and what it should be.
    package init(body: [UInt8]) throws(APIFailure) {
        let body = try RequestBody(body, known: ["customer", "cells", "accept_loss", "confirm"], form: Self.form)
        guard let customer = try body.text("customer"), Self.isName(customer) else {
            throw body.failure("customer", "the name of a customer")
        }
        let cells = try body.texts("cells")
        acceptsLoss = try body.flag("accept_loss") ?? false
        guard !(cells?.isEmpty ?? !acceptsLoss) else {
            throw body.failure("cells", "a list of cells, the first of which serves")
        }
        let confirmed = try body.text("confirm")
        guard confirmed == (acceptsLoss ? customer : nil) else {
            throw body.failure(
                "confirm", acceptsLoss ? "the customer's name once more" : "left out: it goes with \"accept_loss\"")
        }
        self.customer = customer
        self.cells = cells ?? []
    }

    /// Whether a request of the data plane can name it.
    package static func isName(_ customer: String) -> Bool {
        (1...HTTPRoute.longestName).contains(customer.utf8.count)
            && customer.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }

    /// What the deciders are asked to do.
    package struct Order: Sendable, Equatable {
        /// Whose shard changes.
        package var customer: CustomerHash
        /// In the order in which they are to serve.
        package var shard: Shard
    }

    /// Looks everything up.
    ///
    /// - Parameters:
    ///   - evacuated: positions of regions that take nobody.
    ///   - unused: cells that take nobody: drained, or not in use yet.
    ///   - isAlive: whether a cell can be filled now.
    /// - Throws: 404 for a cell that there is not, 409 for cells that must not have the customer, 400 for a list that is
    ///   none: each with what to do next. Nothing was changed.
    package func order(
        _ topology: MeshTopology, _ placement: Placement, evacuated: Set<Int>, unused: Set<CellIndex> = [],
        isAlive: (CellIndex) -> Bool = { _ in true }
    ) throws(APIFailure) -> Order {
        let hash = CustomerHash(customer)
        let geography = placement.geography(of: hash)
        var shard = Shard()
        for text in cells {
            let name = TargetSelector.name(in: text, of: .cell)
            guard let cell = topology.cellIndex(named: name) else {
                let hint = NearestWord.hint(for: name, among: topology.cells.map(\.name), listing: "there are")
                let end = APIFailure.ended(hint.map { ": \($0)" } ?? "")
                throw APIFailure(404, "There is no cell '\(name.prefix(64))'\(end)")
            }
            guard !shard.contains(cell) else { throw APIFailure(400, "\(name) is named twice: name each cell once.") }
            guard shard.append(cell) else {
                throw APIFailure(400, "A shard has at most \(Shard.capacity) cells: name fewer.")
            }
            let place = topology.cells[cell.position]
            let region = topology.regions[place.region]
            if let geography, region.geography != geography {
                throw APIFailure(
                    409,
                    "\(customer) never leaves geography \(geography), and \(name) lies in \(region.name): name cells of "
                        + "\(geography).")
            }
            if evacuated.contains(place.region) {
                throw APIFailure(
                    409,
                    "\(name) lies in \(region.name), which is evacuated: name cells elsewhere, or first "
                        + "'cellmesh restore \(region.name)'.")
            }
            if unused.contains(cell) {
                throw APIFailure(
                    409,
                    "\(name) holds no customers: name other cells, or first bring it into use with 'cellmesh cell add "
                        + "\(region.name)'.")
            }
            guard topology.blueprints[place.blueprint].store != nil else {
                throw APIFailure(409, "\(name) has no store and could keep no record: name cells that have one.")
            }
        }
        let dead = shard.filter { !isAlive($0) }
        guard shard.isEmpty || dead.count * 2 < shard.count else {
            let names = dead.map { topology.cells[$0.position].name }.joined(separator: ", ")
            throw APIFailure(
                409,
                "No majority of these cells is alive (\(names) \(dead.count == 1 ? "is" : "are") not), and \(customer) would not "
                    + "be served there: start them with 'cellmesh restart \(names)', or name others.")
        }
        return Order(customer: hash, shard: shard)
    }
}
