import FoundationEssentials
import MeshBase
import Reports
import Topology

/// `blueprints.json` of a data directory: the blueprints that were rolled out since the founding, and which cells have them.
/// Every process reads it as it starts; who has started before goes on with what it has.
package struct BlueprintRevisionsFile: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// All of them.
    package var revisions: BlueprintRevisions

    /// What is to be kept.
    package init(_ revisions: BlueprintRevisions) { self.revisions = revisions }

    /// - Throws: also where its schema is another one.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schema = try container.decode(String.self, forKey: .schema)
        guard schema == ReportJSON.schema else { throw HostFailure("its schema is '\(schema.prefix(64))'") }
        revisions = try container.decode(BlueprintRevisions.self, forKey: .revisions)
    }

    /// Bytes of the largest file that is read.
    package static let largest = 16 << 20

    /// The topology with what the file at a path replaces in it; one that is not there replaces nothing.
    /// - Throws: what is wrong with the file, and where it lies.
    package static func revised(_ topology: MeshTopology, by path: String) throws(HostFailure) -> MeshTopology {
        do {
            guard let text = try SmallFile.content(path, most: largest)?.text else { return topology }
            let file = try JSONDecoder().decode(BlueprintRevisionsFile.self, from: Data(text.utf8))
            return try topology.revised(file.revisions)
        } catch {
            throw HostFailure("\(path) cannot be used: \(JSONFailure.describe(error))")
        }
    }
}
