import Foundation
import Testing

@testable import cellmesh

@Suite struct NextStepTests {
    @Test(arguments: [
        ("cellmesh status", "cellmesh status --mesh shop"),
        ("cellmesh up --detach", "cellmesh up --detach"),
        ("cellmesh status --wait 10s", "cellmesh status --wait 10s --mesh shop"),
        ("cellmesh restart a --mesh other", "cellmesh restart a --mesh other"),
        ("cellmesh load run --help", "cellmesh load run --help"), ("cellmesh ls", "cellmesh ls"),
        ("kill -9 1", "kill -9 1"),
    ])
    func namesTheMeshWhereItMust(_ command: String, _ completed: String) {
        #expect(NextStep.complete(command, mesh: "shop") { false } == completed)
        #expect(NextStep.complete(command, mesh: "shop") { true } == command)
    }

    /// Whatever takes `--mesh` would take another mesh where several are to choose from.
    @Test func everyCommandOfAMeshIsKnown() {
        let others: Set = ["up", "rm", "help"]
        for command in CellMesh.configuration.subcommands {
            let isOfMesh = HelpTests.all(command).contains {
                CellMesh.helpMessage(for: $0, columns: 10_000).contains("--mesh <")
            }
            guard isOfMesh, !others.contains(command._commandName) else { continue }
            #expect(NextStep.ofMeshes.contains(command._commandName[...]), "\(command._commandName)")
        }
    }

    @Test(arguments: [
        ("first 'cellmesh restore us-east'.", "cellmesh restore us-east"),
        ("'cellmesh restart a, b, ...' starts them", nil), ("name cells that have one", nil), ("'cellmesh ", nil),
    ])
    func aTextAdvisesItsFirstCommand(text: String, command: String?) {
        #expect(NextStep.advised(by: text) == command)
    }

    /// Every command that is printed as the next one anywhere is one that the program takes.
    @Test func everyNextCommandIsUnderstood() throws {
        var found = 0
        let pattern = try NSRegularExpression(
            pattern: #"(?:next\(|next: )(?:[^"\n]{0,60}\? )?"(cellmesh [^"]*)"(\s*\+)?"#)
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/cellmesh").standardizedFileURL
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in pattern.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
                guard let range = Range(match.range(at: 1), in: text) else { continue }
                // What goes on behind the text is put together while it runs.
                if match.range(at: 2).length > 0 { continue }
                // What is filled in stands for any word. It can be pasted as it is: no remark stands behind it.
                var command = String(text[range])
                #expect(!command.contains("   "), "\(file.lastPathComponent): \(command)")
                while let open = command.range(of: "\\("), let close = command[open.upperBound...].lastIndex(of: ")") {
                    let end = command[open.upperBound...].firstIndex(of: ")") ?? close
                    command.replaceSubrange(open.lowerBound...end, with: "r1")
                }
                if command.contains("\\(") { continue }
                found += 1
                let words = command.split(separator: " ").dropFirst().map(String.init)
                do { _ = try CellMesh.parseAsRoot(words) } catch {
                    #expect(
                        CellMesh.exitCode(for: error).rawValue == 0, "\(file.lastPathComponent): \(command): \(error)")
                }
            }
        }
        #expect(found > 25, "only \(found) were found: has their form changed?")
    }
}
