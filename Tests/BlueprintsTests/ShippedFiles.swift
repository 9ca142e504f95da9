import Foundation

@testable import Blueprints

/// The files of the repository, found from this source file.
enum ShippedFiles {
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static let topologies = names(in: "topology")
    static let blueprints = names(in: "cells")

    static func names(in folder: String) -> [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
        return entries.filter { $0.hasSuffix(".yaml") }.sorted()
    }

    static func text(_ path: String) -> String {
        (try? TextFile.read("\(root)/\(path)").get()) ?? ""
    }

    static func load(_ name: String) -> MeshFilesResult { MeshFiles.load(topology: "\(root)/topology/\(name)") }
}

/// A loader with blueprints by file name.
func blueprints(_ texts: [String: String]) -> FileLoader {
    { path in
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let text = texts[name] else {
            return .failure(FileFailure(code: .fileMissing, message: "there is no such file"))
        }
        return .success(text)
    }
}

let echo = """
    cell: echo
    services:
      - name: ping

    """

/// Loads a topology that may use `echo.yaml`.
func load(_ yaml: String, _ others: [String: String] = [:]) -> MeshFilesResult {
    MeshFiles.load(
        yaml: yaml, named: "topology/test.yaml",
        blueprintLoader: blueprints(others.merging(["echo.yaml": echo]) { own, _ in own }))
}

/// `code@line:column` of each problem, or with the file where it is another.
func codes(_ result: MeshFilesResult) -> [String] {
    result.problems.map { "\($0.code.rawValue)@\($0.line):\($0.column)" }
}
