import Foundation
import Testing

@testable import Blueprints

@Suite struct TextFileTests {
    /// A new folder that is removed at the end.
    static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cellmesh-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    static func codes(_ path: String) -> [ProblemCode] { MeshFiles.load(topology: path).problems.map(\.code) }

    @Test func filesThatCannotBeUsed() throws {
        try Self.withFolder { folder in
            #expect(Self.codes("\(folder)/none.yaml") == [.fileMissing])
            #expect(Self.codes(folder) == [.fileUnreadable])
            #expect(Self.codes("/dev/zero") == [.fileTooLarge])
            let file = "\(folder)/x.yaml"
            try Data([0x61, 0x3A, 0xFF]).write(to: URL(fileURLWithPath: file))
            #expect(Self.codes(file) == [.fileEncoding])
            try Data().write(to: URL(fileURLWithPath: file))
            #expect(Self.codes(file) == [.fileEmpty])
            try Data(repeating: 0x20, count: (1 << 20) + 1).write(to: URL(fileURLWithPath: file))
            #expect(Self.codes(file) == [.fileTooLarge])
            try Data(repeating: 0x20, count: 1 << 20).write(to: URL(fileURLWithPath: file))
            #expect(Self.codes(file) == [.fileEmpty])
        }
    }

    @Test func blueprintsAreFoundFromTheFolderOfTheTopology() throws {
        try Self.withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/cells", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: "\(folder)/topology", withIntermediateDirectories: true)
            try Data(echo.utf8).write(to: URL(fileURLWithPath: "\(folder)/cells/echo.yaml"))
            let file = "\(folder)/topology/x.yaml"
            try Data(minimal(blueprint: "../cells/echo.yaml").utf8).write(to: URL(fileURLWithPath: file))
            #expect(MeshFiles.load(topology: file).rendered() == "")
            try Data("cell: 3".utf8).write(to: URL(fileURLWithPath: "\(folder)/cells/echo.yaml"))
            let result = MeshFiles.load(topology: file)
            #expect(result.problems.map(\.code) == [.missingKey, .badName])
            #expect(result.problems.allSatisfy { $0.file == "\(folder)/cells/echo.yaml" })
            try Data(minimal(blueprint: "../cells").utf8).write(to: URL(fileURLWithPath: file))
            #expect(MeshFiles.load(topology: file).problems.map(\.code) == [.fileUnreadable])
        }
    }

    @Test func validateTellsTheKindsApart() throws {
        try Self.withFolder { folder in
            func check(_ text: String) throws -> MeshFilesResult {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/x.yaml"))
                return MeshFiles.check("\(folder)/x.yaml")
            }
            try Data(echo.utf8).write(to: URL(fileURLWithPath: "\(folder)/echo.yaml"))
            #expect(try check(minimal()).topology != nil)
            #expect(try check(echo).blueprint?.name == "echo")
            #expect(try check("title: x\nmethod: []").problems.map(\.code) == [.tooFew])
            #expect(try check("what: x").problems.map(\.code) == [.fileKind])
            #expect(try check("- x").problems.map(\.code) == [.fileKind])
        }
    }
}
