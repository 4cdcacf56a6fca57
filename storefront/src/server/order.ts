import "server-only";
import { notFound, redirect } from "next/navigation";
import type { Order } from "@/shop";
import { session } from "./session";
import { shop } from "./shop";

/** Order numbers are in the query, which the tracker leaves out: one page, not one for each order. */
export interface OrderProps {
  searchParams: Promise<{ id?: string | string[] }>;
}

/** The order that the address names, of the person who is signed in. */
export async function orderOf({ searchParams }: OrderProps): Promise<Order> {
  const person = await session();
  if (!person) redirect("/sign-in?to=/account/orders");
  const { id } = await searchParams;
  return (typeof id === "string" && (await (await shop()).order(person, id))) || notFound();
}
