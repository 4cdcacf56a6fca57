import { shop } from "@/server/shop";

export const dynamic = "force-dynamic";

/** Whether the shop can be bought from. */
export async function GET(): Promise<Response> {
  try {
    await (await shop()).categories();
    return Response.json({ status: "ok" });
  } catch (error) {
    console.error("the shop's data cannot be reached:", error instanceof Error ? error.message : error);
    return Response.json({ status: "unavailable" }, { status: 503 });
  }
}
