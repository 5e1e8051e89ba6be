import { describe, expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Answers from "../../src/betfair/Answers.ts"
import { PlaceExecutionReport } from "../../src/betfair/api/Orders.ts"
import { execution } from "../../src/betfair/BetfairError.ts"
import { areThere, recorded } from "./api/Recorded.ts"

const asked = { operation: "placeOrders", id: 1 }
const readReport = Answers.read(Schema.decodeUnknownResult(PlaceExecutionReport))
const read = (text: string, status = 200) => readReport(asked, status, text)
const readJson = (body: unknown, status = 200) => read(JSON.stringify(body), status)

const failure = (body: unknown, status = 200) => {
  const answer = readJson(body, status)
  if (Result.isSuccess(answer)) throw new Error("it was read as a success")
  const { message } = answer.failure
  return { ...answer.failure, message, execution: execution(answer.failure) }
}

const rpcError = (errorCode: string, name = "APINGException") => ({
  jsonrpc: "2.0",
  id: 1,
  error: {
    code: -32099,
    message: "ANGX-0003",
    data: { exceptionname: name, [name]: { errorCode, errorDetails: "why", requestUUID: "ie1-ang" } }
  }
})

const nested = (open: string, close: string) => open.repeat(20_000) + 1 + close.repeat(20_000)

describe("Answers.read", () => {
  it("reads a result", () => {
    const answer = readJson({ jsonrpc: "2.0", id: 1, result: { status: "SUCCESS", marketId: "1.1" } })
    expect(answer).toMatchObject({ success: { status: "SUCCESS", marketId: "1.1" } })
  })

  it("reads exceptions of every API, whatever the HTTP status", () => {
    for (const [name, status] of [
      ["APINGException", 200],
      ["AccountAPINGException", 200],
      ["APINGException", 500]
    ] as const)
      expect(failure(rpcError("TOO_MUCH_DATA", name), status)).toMatchObject({
        _tag: "ApiRefused",
        errorCode: "TOO_MUCH_DATA",
        details: "why",
        requestUUID: "ie1-ang",
        execution: "NotExecuted"
      })
  })

  it("reads the fault of REST", () => {
    const exception = { errorCode: "INVALID_SESSION_INFORMATION", errorDetails: "", requestUUID: "r" }
    const detail = { exceptionname: "APINGException", APINGException: exception }
    expect(failure({ faultcode: "Client", faultstring: "ANGX-0003", detail }, 400)).toMatchObject({
      errorCode: "INVALID_SESSION_INFORMATION",
      execution: "NotExecuted"
    })
  })

  it("reads the gateway's own codes in both forms", () => {
    expect(failure({ jsonrpc: "2.0", error: { code: -32602, message: "DSC-0018" }, id: 1 })).toMatchObject({
      errorCode: "DSC-0018",
      execution: "NotExecuted"
    })
    expect(failure({ faultcode: "Client", faultstring: "DSC-0021", detail: {} }, 404)).toMatchObject({
      errorCode: "DSC-0021",
      execution: "NotExecuted"
    })
    expect(failure({ faultcode: "Server", faultstring: "DSC-0019", detail: {} }, 500)).toMatchObject({
      errorCode: "DSC-0019",
      execution: "Unknown"
    })
  })

  it("takes a JSON-RPC error without data by its code", () => {
    expect(failure({ error: { code: -32601, message: "Method not found" }, id: 1 })).toMatchObject({
      errorCode: "-32601",
      execution: "NotExecuted"
    })
    expect(failure({ error: { code: -32603, message: "Internal error" }, id: 1 })).toMatchObject({
      errorCode: "-32603",
      execution: "Unknown"
    })
  })

  it("takes an error of any other shape for a refusal that may have been executed", () => {
    for (const error of ["An error..", 5, [], { code: "x" }, { data: "text" }, { code: -32099, data: { a: { b: 1 } } }])
      expect(failure({ error })).toMatchObject({ _tag: "ApiRefused", execution: "Unknown" })
  })

  it("cannot read HTML, nothing, a cut-off answer, or one of another shape", () => {
    for (const text of ["<html><h1>502 Bad Gateway</h1></html>", "", '{"jsonrpc":"2.0","res', "null", "[]", "3", "{}"])
      for (const status of [200, 403, 500, 502]) {
        const answer = read(text, status)
        expect(Result.isFailure(answer) && answer.failure).toMatchObject({ _tag: "AnswerUnreadable", status })
        expect(Result.isFailure(answer) && execution(answer.failure)).toBe("Unknown")
      }
  })

  it("does not take an answer to another request, or one that HTTP says failed", () => {
    const result = { status: "SUCCESS" }
    expect(failure({ jsonrpc: "2.0", id: 2, result })).toMatchObject({ _tag: "AnswerUnreadable" })
    expect(failure({ jsonrpc: "2.0", id: 1, result }, 500)).toMatchObject({ _tag: "AnswerUnreadable" })
  })

  it("says in an error what was wrong with the answer", () => {
    expect(failure({ jsonrpc: "2.0", id: 1, result: { marketId: "1.1" } }).message).toContain("status")
    expect(failure({ jsonrpc: "2.0", id: 1, result: { marketId: "1.1" } }).message).not.toContain("\n")
  })

  it.prop("never throws, whatever the text", { text: Schema.String, status: Schema.Int }, ({ status, text }) => {
    expect(["Success", "Failure"]).toContain(read(text, status)._tag)
  })

  it.prop("never throws, whatever the JSON", { body: Schema.Json }, ({ body }) => {
    for (const answer of [
      body,
      { error: body },
      { result: body },
      { error: { data: body, code: body } },
      { faultcode: "x", detail: body }
    ])
      expect(["Success", "Failure"]).toContain(readJson(answer)._tag)
  })

  it.each([
    ["what cannot be made a text", '[{"toString": 5}]'],
    ["an object that cannot", '{"toString": 5, "valueOf": 1}'],
    ["a prototype", '{"__proto__": {"errorCode": 1}}'],
    ["brackets in brackets", nested("[", "]")],
    ["objects in objects", nested('{"a":', "}")],
    ["half a character", String.raw`"\ud800"`]
  ])("never throws on %s, wherever it stands", (_, json) => {
    for (const text of [
      json,
      `{"error":${json}}`,
      `{"id":${json},"result":{}}`,
      `{"id":1,"result":${json}}`,
      `{"id":1,"result":{"status":${json},"instructionReports":[${json}]}}`,
      `{"error":{"code":${json},"message":${json},"data":{"x":${json}}}}`,
      `{"faultcode":"x","faultstring":${json},"detail":${json}}`
    ])
      expect(read(text)._tag).toBe("Failure")
  })

  it.prop(
    "never throws on random bytes",
    { bytes: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))) },
    ({ bytes }) => {
      expect(["Success", "Failure"]).toContain(read(Buffer.from(bytes).toString("utf8"))._tag)
    }
  )

  it.skipIf(!areThere).each(recorded.filter(({ text }) => text.length < 5000).map(({ name, text }) => [name, text]))(
    "finds a typed failure in every cut of %s",
    (_, text) => {
      for (let end = 0; end < text!.trimEnd().length; end += 7) {
        const answer = read(text!.slice(0, end))
        expect(Result.isFailure(answer) && execution(answer.failure)).toBe("Unknown")
      }
    }
  )
})

describe("execution", () => {
  const codes = {
    NotExecuted: [
      "TOO_MUCH_DATA",
      "INVALID_INPUT_DATA",
      "INVALID_SESSION_INFORMATION",
      "NO_SESSION",
      "NO_APP_KEY",
      "INVALID_APP_KEY",
      "TOO_MANY_REQUESTS",
      "REQUEST_SIZE_EXCEEDS_LIMIT",
      "ACCESS_DENIED"
    ],
    Unknown: ["UNEXPECTED_ERROR", "SERVICE_BUSY", "TIMEOUT_ERROR", "APP_CREATION_FAILED", "A_CODE_OF_TOMORROW"]
  }
  for (const [meaning, all] of Object.entries(codes))
    it.each(all)(`of %s is ${meaning}`, (code) => {
      expect(failure(rpcError(code)).execution).toBe(meaning)
    })
})
