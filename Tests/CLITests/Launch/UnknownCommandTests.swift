import Testing

@testable import cellmesh

@Suite struct UnknownCommandTests {
    @Test(arguments: [
        (["stauts"], "did you mean 'status'?"), (["lab", "shrads"], "did you mean 'shards'?"),
        (["load", "rnu", "--rate", "5"], "did you mean 'run'?"), (["kil", "us-east-1"], "did you mean 'kill'?"),
    ])
    func theNearestIsSuggested(arguments: [String], hint: String) {
        let failure = UnknownCommand.failure(arguments)
        #expect(failure?.status == .usage)
        #expect(failure?.hint == hint)
    }

    @Test(arguments: [
        [], ["status", "now"], ["--help"], ["help", "status"], ["kill", "us-east-1"], ["lab", "shards", "x"],
    ])
    func otherMistakesAreNotItsOwn(arguments: [String]) { #expect(UnknownCommand.failure(arguments) == nil) }

    @Test func hiddenCommandsAreNotSuggested() {
        #expect(UnknownCommand.failure(["wire-chek"])?.hint?.contains("wire-check") != true)
    }
}
