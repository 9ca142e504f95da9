import Glibc
import Testing
import UVDriver

@testable import ControlPlane

@Suite("Mesh home")
struct MeshHomeTests {
    @Test("Without a name, the only mesh that runs is meant")
    func onlyRunning() throws {
        let scratch = try Scratch()
        let home = MeshHome(path: scratch.path)
        let (blue, green) = (try scratch.mesh("blue"), try scratch.mesh("green"))
        #expect(throws: DataDirectoryError.noMesh(home: home.path)) { try home.resolve(nil) }
        #expect(throws: DataDirectoryError.several(["blue", "green"])) { try home.resolve(nil, needsControl: false) }

        let lock = try FileLock(path: green.lockPath)
        #expect(green.controlHolder == getpid())
        #expect(try home.resolve(nil) == green)
        #expect(home.running() == [green])
        let second = try FileLock(path: blue.lockPath)
        #expect(throws: DataDirectoryError.several(["blue", "green"])) { try home.resolve(nil) }
        #expect(try home.resolve("blue") == blue)
        lock.release()
        second.release()
        #expect(throws: DataDirectoryError.noMesh(home: home.path)) { try home.resolve(nil) }
    }

    @Test("A name that does not exist is answered with the nearest that does")
    func unknown() throws {
        let scratch = try Scratch()
        let home = MeshHome(path: scratch.path)
        _ = try scratch.mesh("three-regions")
        let expected = DataDirectoryError.noSuchMesh("thre-regions", nearest: "three-regions", home: home.path)
        #expect(throws: expected) { try home.resolve("thre-regions") }
        #expect(expected.isNoSuchMesh && DataDirectoryError.noMesh(home: "x").isNoSuchMesh)
        #expect(!DataDirectoryError.several([]).isNoSuchMesh)
    }

    @Test("Names that would lead elsewhere are refused", arguments: ["", "..", "a/b", "/etc", "A", "a b", "-x", "é"])
    func badNames(_ name: String) throws {
        let scratch = try Scratch()
        #expect(throws: DataDirectoryError.badName(name)) { try MeshHome(path: scratch.path).directory(name) }
    }

    @Test("Only data directories are meshes")
    func listing() throws {
        let scratch = try Scratch()
        let home = MeshHome(path: scratch.path)
        _ = try scratch.mesh("one")
        try SystemFile.makeDirectory(scratch.path + "/empty")
        try SystemFile.replace(scratch.path + "/file", with: [])
        #expect(home.meshes().map(\.name) == ["one"])
        #expect(MeshHome(path: scratch.path + "/none").meshes() == [])
    }

    @Test("A home does not depend on the working directory")
    func absolute() {
        #expect(MeshHome.absolute("/a/b/") == "/a/b")
        #expect(MeshHome.absolute("a").hasPrefix("/") && MeshHome.absolute("a").hasSuffix("/a"))
    }
}
