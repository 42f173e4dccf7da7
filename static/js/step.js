/* A step of the wizard: one autosave for the form, one 体检 for the column. */

import { Autosave } from "./autosave.js";
import { Checkup } from "./checkup.js";

const form = document.querySelector("form[data-autosave]");
const column = document.querySelector("[data-checkup]");
const autosave = form ? new Autosave(form) : null;
if (column) new Checkup(column, autosave);
