import Glibc
import MeshBase
import Sharding
import Testing
import Topology
import UVDriver

@testable import ControlPlane

@Suite("Data directory")
struct DataDirectoryTests {
    private func mode(_ path: String) -> UInt32 {
        var information = stat()
        return stat(path, &information) == 0 ? information.st_mode & 0o777 : 0
    }

    @Test("It is made whole, for its owner alone")
    func creation() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        #expect(mode(directory.path) == 0o700)
        #expect(mode(directory.secretPath) == 0o600)
        #expect(mode(directory.tokenPath) == 0o600)
        #expect(try directory.secret().count == 32)
        #expect(try directory.model() == Sample.topology)
        #expect(try directory.placement() == PlacementTable())
        #expect(try directory.control() == nil)
        #expect(SystemFile.isDirectory(directory.directory(of: .cell, "us-2")))
        #expect(SystemFile.isDirectory(directory.directory(of: .router, "r1")))
        #expect(directory.name == "shop")
    }

    @Test("Made again, it keeps its secrets")
    func again() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let (secret, token) = (try directory.secret(), try directory.token())
        _ = try scratch.mesh()
        #expect(try directory.secret() == secret)
        #expect(try directory.token() == token)
        let other = try scratch.mesh("other")
        #expect(try other.secret() != secret)
        #expect(try other.token() != token)
    }

    @Test("Another release's directory is refused and left as it is")
    func otherVersion() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        try SystemFile.replace(directory.versionPath, with: Array("cellmesh-data 9\n".utf8))
        let expected = DataDirectoryError.otherVersion(path: directory.path, found: "cellmesh-data 9")
        #expect(throws: expected) { try directory.create() }
        #expect(throws: expected) { try MeshHome(path: scratch.path).resolve("shop") }
        #expect(throws: ControlFailure.data(expected)) { try ControlPlane.lock(directory) }
        #expect("\(expected)".contains("cellmesh-data 9"))
    }

    @Test("A directory of something else is refused, and nothing is written into it")
    func foreign() throws {
        let scratch = try Scratch()
        let directory = try MeshHome(path: scratch.path).directory("photos")
        try SystemFile.makeDirectory(directory.path)
        try SystemFile.replace(directory.path + "/holiday.jpg", with: [1])
        #expect(throws: DataDirectoryError.notAMesh(path: directory.path)) { try directory.create() }
        #expect(throws: ControlFailure.data(.notAMesh(path: directory.path))) { try ControlPlane.lock(directory) }
        #expect(SystemFile.names(in: directory.path) == ["holiday.jpg"])
    }

    @Test("A file in the way of a directory is an error, not a trap")
    func fileInTheWay() throws {
        let scratch = try Scratch()
        try SystemFile.replace(scratch.path + "/shop", with: [1])
        let directory = try MeshHome(path: scratch.path).directory("shop")
        #expect(throws: DataDirectoryError.self) { try directory.create() }
    }

    @Test(
        "What the system says becomes what people can act on",
        arguments: [
            (ENOSPC, "no space left"), (EDQUOT, "no space left"), (EACCES, "no permission"), (EROFS, "no permission"),
            (EIO, "Input/output error"),
        ])
    func failures(_ code: Int32, _ text: String) {
        let error = DataDirectoryError(FileFailure(operation: "write", path: "/x", code: code))
        #expect("\(error)".contains(text) && "\(error)".contains("/x"))
    }

    @Test("Damaged files name themselves", arguments: ["", "{", "[]", #"{"topology":{}}"#, "\u{0}\u{1}"])
    func damaged(_ content: String) throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        for path in [directory.modelPath, directory.placementPath, directory.controlPath] {
            try SystemFile.replace(path, with: Array(content.utf8))
        }
        try SystemFile.replace(directory.secretPath, with: Array(content.utf8))
        func complains(_ path: String, _ body: () throws -> Void) -> Bool {
            do {
                try body()
                return false
            } catch { return "\(error)".contains(path) }
        }
        #expect(complains(directory.modelPath) { _ = try directory.model() })
        #expect(complains(directory.placementPath) { _ = try directory.placement() })
        #expect(complains(directory.controlPath) { _ = try directory.control() })
        #expect(complains(directory.secretPath) { _ = try directory.secret() })
        #expect(directory.process(.cell, "eu-1") == nil)
    }

    @Test("Replacing a file leaves either the old or the new, and no third file")
    func replace() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/file"
        try SystemFile.replace(path, with: Array("one".utf8))
        try SystemFile.replace(path, with: Array("two".utf8))
        #expect(try SystemFile.read(path) == Array("two".utf8))
        #expect(SystemFile.names(in: scratch.path) == ["file"])
        #expect(throws: FileFailure.self) { try SystemFile.replace(scratch.path + "/no/file", with: [1]) }
        #expect(throws: FileFailure.self) { try SystemFile.read(path, most: 2) }
        #expect(try SystemFile.read(scratch.path + "/none") == nil)
    }

    @Test("The tail of a log is its last lines")
    func tail() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/log"
        let lines = (1...1_000).map { "line \($0)" }
        try SystemFile.replace(path, with: Array((lines.joined(separator: "\n") + "\n\n").utf8))
        #expect(SystemFile.tail(path, lines: 2) == ["line 999", "line 1000"])
        #expect(SystemFile.tail(scratch.path + "/none", lines: 2) == [])
    }

    @Test("Hexadecimal text and bytes are one another's inverse; anything else is refused")
    func hex() {
        #expect(SecretText.bytes(hex: SecretText.hex([0, 15, 255])) == [0, 15, 255])
        #expect(SecretText.bytes(hex: " 0aFF\n") == [10, 255])
        #expect(SecretText.bytes(hex: "0") == nil)
        #expect(SecretText.bytes(hex: "0g") == nil)
        #expect(SecretText.random(bytes: 32) != SecretText.random(bytes: 32))
        #expect(SecretText.randomBytes(300).count == 300)
    }
}
