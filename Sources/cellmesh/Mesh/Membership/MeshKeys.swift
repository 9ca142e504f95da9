import ControlPlane
import MeshBase
import Reports
import UVDriver
import Wire

/// The key file of a mesh.
struct MeshKeys {
    let mesh: DataDirectory

    init(_ mesh: DataDirectory) { self.mesh = mesh }

    func read() throws -> GossipKeyFile {
        do {
            guard let content = try SystemFile.read(mesh.keysPath, most: GossipKeyFile.longest) else {
                return GossipKeyFile(secret: try mesh.secret())
            }
            guard let file = GossipKeyFile(String(decoding: content, as: UTF8.self)) else {
                throw CommandFailure(
                    "\(mesh.keysPath) is damaged: it is no key file of a mesh", next: "cellmesh doctor")
            }
            return file
        } catch let error as DataDirectoryError { throw CommandFailure(error) } catch let error as FileFailure {
            throw CommandFailure("\(error)")
        }
    }

    func write(_ file: GossipKeyFile) throws {
        do throws(FileFailure) {
            try SystemFile.replace(mesh.keysPath, with: Array(file.text.utf8), mode: 0o600)
        } catch { throw CommandFailure("\(error)") }
    }

    /// What the file goes through until one new key is left: given to all, made the primary one, and alone. A rotation
    /// that was broken off goes on with the key that it had made.
    static func steps(from file: GossipKeyFile, newKey: () -> [UInt8]) -> [GossipKeyFile] {
        var given = file
        let newest = file.keys.map(\.id).max() ?? 0
        // The newest key is the primary one already: only the old ones are left to be removed, or all is done.
        let isHalfway = newest == file.primary && file.keys.count > 1
        if newest == file.primary, !isHalfway {
            given.keys.append(GossipKeyFile.Key(id: newest &+ 1, bytes: newKey()))
        }
        let id = isHalfway ? newest : given.keys.map(\.id).max() ?? newest
        var primary = given
        primary.primary = id
        let alone = GossipKeyFile(keys: given.keys.filter { $0.id == id }, primary: id)
        return isHalfway ? [primary, alone] : [given, primary, alone]
    }
}

/// The keys that one process uses.
struct KeyUse {
    var name: String
    /// Nil where it gave no answer.
    var primary: Int?
    var ids: [Int]

    func follows(_ file: GossipKeyFile) -> Bool {
        primary == Int(file.primary) && ids == file.keys.map { Int($0.id) }.sorted()
    }

    static func ask(_ mesh: DataDirectory) -> [KeyUse] {
        ProcessPages.get("/v1/keys", of: mesh, as: KeysPage.self).map { answer in
            KeyUse(name: answer.name, primary: answer.page?.primary, ids: answer.page?.keys ?? [])
        }
    }
}
