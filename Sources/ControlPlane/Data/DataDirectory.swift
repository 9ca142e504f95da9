import FoundationEssentials
import Glibc
import MeshBase
import Reports
import Sharding
import Topology
import UVDriver
import Wire

/// The directory of one mesh, where everything that it keeps lies.
package struct DataDirectory: Sendable, Equatable {
    /// The content of the file `version`.
    package static let version = "cellmesh-data 1"

    package let path: String

    package init(path: String) { self.path = path }

    /// The mesh's name: the last part of the path.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    package var versionPath: String { path + "/version" }
    package var modelPath: String { path + "/mesh.json" }
    package var placementPath: String { path + "/placement.json" }
    package var secretPath: String { path + "/secret" }
    /// The gossip keys, once there have been others than the secret.
    package var keysPath: String { path + "/keys" }
    /// The cells that were added since the founding; there is none before the first.
    package var cellsPath: String { path + "/cells.json" }
    /// The blueprints that took the place of others since the founding; there is none before the first rollout.
    package var blueprintsPath: String { path + "/blueprints.json" }
    /// The settings in force; there is none before the first command that makes some.
    package var settingsPath: String { path + "/settings.json" }
    package var tokenPath: String { path + "/token" }
    package var lockPath: String { path + "/control.lock" }
    /// The faults on the wire, which every process follows.
    package var faultsPath: String { path + "/faults.json" }
    /// Where its processes tell their metrics, for Prometheus.
    package var targetsPath: String { path + "/targets.json" }
    package var controlPath: String { path + "/control.json" }
    package var journalPath: String { path + "/control.sqlite" }
    package var controlLogPath: String { path + "/control.log" }
    package var controlDirectory: String { path + "/control" }

    /// The directory of one process.
    package func directory(of role: NodeRole, _ name: String) -> String {
        switch role {
        case .cell: "\(path)/cells/\(name)"
        case .router: "\(path)/routers/\(name)"
        case .control: controlDirectory
        }
    }
    package func logPath(of role: NodeRole, _ name: String) -> String {
        role == .control ? controlLogPath : directory(of: role, name) + "/log"
    }
    package func storePath(of cell: String) -> String { directory(of: .cell, cell) + "/store.sqlite" }
    /// The pause of a process, for the process that watches it.
    package func pausePath(of role: NodeRole, _ name: String) -> String { directory(of: role, name) + "/pause" }
    package func processPath(of role: NodeRole, _ name: String) -> String {
        directory(of: role, name) + "/process.json"
    }

    // MARK: Making and opening

    /// Creates what is missing, refuses what another program or release has made, and keeps the secrets that are there.
    package func create() throws(DataDirectoryError) {
        try checkTrust()
        try checkUsable()
        try translate { () throws(FileFailure) in
            try SystemFile.makeDirectory(path)
            return nil
        }
        try translate { () throws(FileFailure) in
            for part in ["control", "cells", "routers"] { try SystemFile.makeDirectory("\(path)/\(part)") }
            if !SystemFile.exists(secretPath) {
                try SystemFile.replace(secretPath, with: Array((SecretText.random(bytes: 32) + "\n").utf8))
            }
            if !SystemFile.exists(tokenPath) {
                try SystemFile.replace(tokenPath, with: Array((SecretText.random(bytes: 32) + "\n").utf8))
            }
            // Last: with it the directory is whole.
            if !SystemFile.exists(versionPath) {
                try SystemFile.replace(versionPath, with: Array((DataDirectory.version + "\n").utf8))
            }
            return nil
        }
    }

    /// Takes a secret that is known elsewhere already for the mesh's own.
    func write(secret: [UInt8]) throws(FileFailure) {
        try SystemFile.replace(secretPath, with: Array((SecretText.hex(secret) + "\n").utf8))
    }

    /// Refuses a directory that holds anything else than a mesh, or one whose making was interrupted; changes nothing.
    package func checkUsable() throws(DataDirectoryError) {
        if exists { return try checkVersion() }
        let early: Set<String> = ["control.lock", "control", "cells", "routers", "secret", "token"]
        guard SystemFile.names(in: path).allSatisfy({ early.contains($0) || $0.hasSuffix(".new") }) else {
            throw .notAMesh(path: path)
        }
    }

    /// Creates the directories of the processes of a topology.
    package func createProcessDirectories(_ topology: MeshTopology) throws(DataDirectoryError) {
        try translate { () throws(FileFailure) in
            for cell in topology.cells { try SystemFile.makeDirectory(directory(of: .cell, cell.name)) }
            for router in topology.routers { try SystemFile.makeDirectory(directory(of: .router, router.name)) }
            return nil
        }
    }

    /// Whether a mesh was made here, also where one of its files is gone.
    package var exists: Bool { [versionPath, modelPath, journalPath].contains(where: SystemFile.exists) }

    /// The stores that cells have made here.
    package var storePaths: [String] {
        SystemFile.names(in: path + "/cells").map { storePath(of: $0) }
            .filter(SystemFile.exists)
    }
    /// Whether records may lie here.
    package var holdsStores: Bool { !storePaths.isEmpty }

    package func checkVersion() throws(DataDirectoryError) {
        guard let text = try text(versionPath, most: 256) else {
            guard exists else { throw .notAMesh(path: path) }
            throw .damaged(path: versionPath, reason: "it is missing")
        }
        guard text.hasPrefix("cellmesh-data ") else {
            throw .damaged(path: versionPath, reason: "it names no release")
        }
        guard text == DataDirectory.version else { throw .otherVersion(path: path, found: String(text.prefix(64))) }
    }

    // MARK: Contents

    package func secret() throws(DataDirectoryError) -> [UInt8] {
        guard let text = try text(secretPath, most: 1024), let bytes = SecretText.bytes(hex: text), bytes.count == 32
        else { throw .damaged(path: secretPath, reason: "32 bytes in hexadecimal are expected") }
        return bytes
    }

    package func token() throws(DataDirectoryError) -> String {
        guard let text = try text(tokenPath, most: 1024), SecretText.bytes(hex: text)?.count == 32 else {
            throw .damaged(path: tokenPath, reason: "32 bytes in hexadecimal are expected")
        }
        return text
    }

    /// The gossip keys; nil where the secret is the only one.
    package func gossipKeys() throws(DataDirectoryError) -> GossipKeyFile? {
        guard SystemFile.exists(keysPath) else { return nil }
        do throws(FileFailure) {
            let content = try SystemFile.readOwn(keysPath, most: GossipKeyFile.longest) ?? []
            if let keys = GossipKeyFile(String(decoding: content, as: UTF8.self)) { return keys }
        } catch { throw DataDirectoryError(error) }
        throw .damaged(path: keysPath, reason: "it is no key file of a mesh")
    }

    /// No directory stands where a file that is made anew belongs.
    func checkPlaces() throws(DataDirectoryError) {
        for path in [lockPath, controlPath, controlLogPath, faultsPath, journalPath] where SystemFile.isDirectory(path)
        {
            throw .damaged(path: path, reason: "it is a directory")
        }
    }

    /// The model with the cells that were added since, and the blueprints that were replaced.
    package func model() throws(DataDirectoryError) -> MeshTopology { try withChanges(foundingModel()) }

    /// The model, or nil where there is none yet; a damaged one is an error.
    package func knownModel() throws(DataDirectoryError) -> MeshTopology? {
        SystemFile.exists(modelPath) ? try model() : nil
    }

    private func foundingModel() throws(DataDirectoryError) -> MeshTopology {
        try decode(ModelFile.self, modelPath).topology
    }

    /// As the mesh was founded; nil where there is no model yet.
    func knownFoundingModel() throws(DataDirectoryError) -> MeshTopology? {
        SystemFile.exists(modelPath) ? try foundingModel() : nil
    }

    /// The topology with what was added to it since the founding.
    func withAddedCells(_ founding: MeshTopology) throws(DataDirectoryError) -> MeshTopology {
        guard SystemFile.exists(cellsPath) else { return founding }
        let file = try decode(AddedCellsFile.self, cellsPath)
        do throws(GrowthFault) { return try founding.grown(file.cells) } catch {
            throw .damaged(path: cellsPath, reason: "\(error)")
        }
    }

    /// The topology with all that was added to it or replaced in it since the founding.
    func withChanges(_ founding: MeshTopology) throws(DataDirectoryError) -> MeshTopology {
        let grown = try withAddedCells(founding)
        guard let revisions = try revisions() else { return grown }
        do throws(RevisionFault) { return try grown.revised(revisions) } catch {
            throw .damaged(path: blueprintsPath, reason: "\(error)")
        }
    }

    /// The blueprints that were replaced since the founding; nil where none ever was.
    package func revisions() throws(DataDirectoryError) -> BlueprintRevisions? {
        SystemFile.exists(blueprintsPath) ? try decode(BlueprintRevisionsFile.self, blueprintsPath).revisions : nil
    }

    func writeRevisions(_ revisions: BlueprintRevisions) throws(DataDirectoryError) {
        try encode(BlueprintRevisionsFile(revisions), to: blueprintsPath)
    }

    /// What was rolled out was rolled out over another model.
    func dropRevisions() { _ = try? SystemFile.remove(blueprintsPath) }

    func writeAddedCells(_ cells: [Cell]) throws(DataDirectoryError) {
        try encode(AddedCellsFile(cells), to: cellsPath)
    }

    package func writeModel(_ topology: MeshTopology) throws(DataDirectoryError) {
        try encode(ModelFile(topology: topology), to: modelPath)
    }

    package func placement() throws(DataDirectoryError) -> PlacementTable {
        try decode(PlacementTable.self, placementPath)
    }

    package func writePlacement(_ table: PlacementTable) throws(DataDirectoryError) {
        try encode(table, to: placementPath)
    }

    /// Where the running control plane is found; nil where none has said so.
    package func control() throws(DataDirectoryError) -> ControlFile? {
        SystemFile.exists(controlPath) ? try decode(ControlFile.self, controlPath) : nil
    }

    package func writeControl(_ file: ControlFile) throws(DataDirectoryError) { try encode(file, to: controlPath) }

    package func removeControl() { _ = try? SystemFile.remove(controlPath) }

    /// What a process has written about itself; nil where it has not, or wrote something else.
    package func process(_ role: NodeRole, _ name: String) -> ProcessFile? {
        guard let content = try? SystemFile.readOwn(processPath(of: role, name), most: 65_536) else { return nil }
        return try? JSONDecoder().decode(ProcessFile.self, from: Data(content))
    }

    // MARK: Helpers

    private func text(_ path: String, most: Int) throws(DataDirectoryError) -> String? {
        do throws(FileFailure) {
            guard let content = try SystemFile.readOwn(path, most: most) else { return nil }
            return String(decoding: content.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        } catch { throw DataDirectoryError(error) }
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws(DataDirectoryError) -> Value {
        let content: [UInt8]?
        do throws(FileFailure) { content = try SystemFile.readOwn(path) } catch { throw DataDirectoryError(error) }
        guard let content else { throw .damaged(path: path, reason: "it is missing") }
        do { return try JSONDecoder().decode(type, from: Data(content)) } catch {
            throw .damaged(path: path, reason: JSONFailure.describe(error))
        }
    }

    func encode(_ value: some Encodable, to path: String) throws(DataDirectoryError) {
        let bytes = ReportJSON.encode(value)
        do throws(FileFailure) { try SystemFile.replace(path, with: bytes) } catch { throw DataDirectoryError(error) }
    }

    private func translate(
        _ body: () throws(FileFailure) -> DataDirectoryError?
    ) throws(DataDirectoryError) {
        let refusal: DataDirectoryError?
        do throws(FileFailure) { refusal = try body() } catch { throw DataDirectoryError(error) }
        if let refusal { throw refusal }
    }
}
